// Repositories, the names they have or had, likes and downloads; indexed so that a list costs the same at any size.

/** Makes the `repos` schema. */
export const repositories = {
  name: 'repos/0001-repositories',
  sql: `
create schema repos;
create table repos.repo (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  type text not null check (type in ('model', 'dataset', 'space')),
  namespace_id text not null references identity.account (id),
  namespace text not null,
  name text not null,
  creator_id text references identity.account (id),
  visibility text not null check (visibility in ('public', 'private', 'protected')),
  gated text not null default 'no' check (gated in ('no', 'auto', 'manual')),
  created_at timestamptz not null,
  last_modified timestamptz not null,
  head text,
  likes integer not null default 0,
  likes_30d integer not null default 0,
  downloads integer not null default 0,
  downloads_all_time bigint not null default 0,
  trending real not null default 0,
  used_storage bigint not null default 0,
  parameters bigint,
  main_size bigint not null default 0,
  card jsonb not null default '{}',
  tags text[] not null default '{}',
  pipeline_tag text,
  library_name text,
  sdk text,
  text text not null default '',
  discussions_disabled boolean not null default false,
  deleted_at timestamptz,
  search tsvector generated always as (
    to_tsvector('simple', translate(namespace || ' ' || name, '-_./', '    ') || ' ' || text)) stored
);
-- One index for each sort, ended by the id that breaks ties, over what still exists.
create index repo_created on repos.repo (type, created_at desc, id desc) where deleted_at is null;
create index repo_modified on repos.repo (type, last_modified desc, id desc) where deleted_at is null;
create index repo_downloads on repos.repo (type, downloads desc, id desc) where deleted_at is null;
create index repo_likes on repos.repo (type, likes desc, id desc) where deleted_at is null;
create index repo_likes_30d on repos.repo (type, likes_30d desc, id desc) where deleted_at is null;
create index repo_trending on repos.repo (type, trending desc, id desc) where deleted_at is null;
create index repo_parameters on repos.repo (type, coalesce(parameters, 0) desc, id desc) where deleted_at is null;
create index repo_main_size on repos.repo (type, main_size desc, id desc) where deleted_at is null;
create index repo_id on repos.repo (type, id desc) where deleted_at is null;
create index repo_namespace on repos.repo (namespace_id, type, id desc) where deleted_at is null;
create index repo_creator on repos.repo (creator_id) where creator_id is not null;
create index repo_tags on repos.repo using gin (tags) where deleted_at is null;
create index repo_search on repos.repo using gin (search) where deleted_at is null;
create index repo_trigram on repos.repo
  using gin ((namespace || '/' || name) extensions.gin_trgm_ops) where deleted_at is null;

-- A name stays here for ever. Its namespace may take a tombstone again; a redirect cannot be shadowed by anyone.
create table repos.name (
  type text not null,
  namespace_id text not null references identity.account (id),
  key text not null,
  repo_id text not null references repos.repo (id),
  state text not null check (state in ('live', 'redirect', 'tombstone')),
  primary key (namespace_id, key, type)
);
create index name_repo on repos.name (repo_id);

create table repos.liked (
  repo_id text not null references repos.repo (id),
  user_id text not null references identity.account (id),
  at timestamptz not null,
  primary key (repo_id, user_id)
);
create index liked_user on repos.liked (user_id, at desc, repo_id);

create table repos.download_day (
  repo_id text not null references repos.repo (id),
  day date not null,
  n bigint not null,
  primary key (repo_id, day)
);
create index download_day_day on repos.download_day (day);

grant usage on schema repos to holdfast_hub;
grant select, insert, update on all tables in schema repos to holdfast_hub;
grant delete on repos.liked, repos.download_day to holdfast_hub;
`,
};
