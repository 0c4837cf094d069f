// What lists are gathered from: narrow rows that hold all that a list is sorted by, kept by the database itself.

/**
 * Makes `repos.facet`, one row for each thing by which lists are narrowed and each repository that has it, and
 * `repos.searched`, what a search looks into; both are filled from `repos.repo`, whose rows stay as they are. The
 * indexes of filters on `repos.repo` go: there, each count of a download was put into every one of them.
 */
export const lists = {
  name: 'repos/0004-lists',
  sql: `
-- Which downloads look alike to a list before it reads the repositories themselves: up to 15 each number is its own, from
-- there on each doubling has eight grades. A count that stays within its grade writes nothing but the repository.
create function repos.download_grade(n integer) returns smallint language sql immutable parallel safe
  return case when n < 16 then n else 16 + floor(8 * (ln(n) / ln(2) - 4) + 0.000001) end::smallint;

-- What a repository is found by. Two things may have one key: who looks one up checks the repository itself.
create function repos.facet_key(facet text) returns bigint language sql immutable parallel safe
  return hashtextextended(facet, 0);
create function repos.facet_keys(
  type text, namespace_id text, pipeline_tag text, gated text, tags text[], uses text[]
) returns bigint[] language sql immutable parallel safe
  begin atomic
    select array_agg(distinct hashtextextended(facet_keys.type || ' ' || facet, 0)) from (
      select 'author ' || facet_keys.namespace_id union all
      select 'pipeline ' || facet_keys.pipeline_tag where facet_keys.pipeline_tag is not null union all
      select 'gated' where facet_keys.gated <> 'no' union all
      select 'linked' where facet_keys.uses <> '{}' union all
      select 'tag ' || tag from unnest(facet_keys.tags) as tag union all
      select 'uses ' || used from unnest(facet_keys.uses) as used) as f (facet);
  end;

-- Two bits for each key. A repository whose signature lacks one of them lacks the facet.
create function repos.facet_bits(key bigint) returns bigint language sql immutable parallel safe
  return (1::bigint << (key & 63)::integer) | (1::bigint << ((key >> 6) & 63)::integer);
create function repos.facet_signature(keys bigint[]) returns bigint language sql immutable parallel safe
  begin atomic
    select bit_or(repos.facet_bits(key)) from unnest(facet_signature.keys) as key;
  end;

create table repos.facet (
  key bigint not null,
  repo_id text not null,
  hidden boolean not null,
  downloads smallint not null,
  likes integer not null,
  likes_30d integer not null,
  trending real not null,
  signature bigint not null,
  created_at timestamptz not null,
  last_modified timestamptz not null,
  parameters bigint not null,
  main_size bigint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

create table repos.searched (
  repo_id text not null,
  type text not null,
  hidden boolean not null,
  downloads smallint not null,
  likes integer not null,
  likes_30d integer not null,
  trending real not null,
  created_at timestamptz not null,
  last_modified timestamptz not null,
  parameters bigint not null,
  main_size bigint not null,
  full_name text not null,
  words tsvector not null,
  facets bigint[] not null
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

-- Makes all of them anew. For the database's owner, who may have put repositories in without triggers.
create procedure repos.make_narrow_rows() language sql set search_path = pg_catalog, pg_temp as $$
  truncate repos.facet, repos.searched;
  insert into repos.facet
    select unnest(k.keys), r.id, visibility = 'private', repos.download_grade(downloads), likes, likes_30d, trending,
        k.signature, created_at, last_modified, coalesce(parameters, 0), coalesce(main_size, 0)
      from repos.repo r cross join lateral (
        select keys, repos.facet_signature(keys) as signature
          from repos.facet_keys(type, namespace_id, pipeline_tag, gated, tags, uses) as keys offset 0) as k
     where deleted_at is null;
  insert into repos.searched
    select r.id, type, visibility = 'private', repos.download_grade(downloads), likes, likes_30d, trending,
        created_at, last_modified, coalesce(parameters, 0), coalesce(main_size, 0), namespace || '/' || name, strip(search),
        repos.facet_keys(type, namespace_id, pipeline_tag, gated, tags, uses)
      from repos.repo r where deleted_at is null;
$$;
revoke execute on procedure repos.make_narrow_rows() from public;
call repos.make_narrow_rows();

-- All that gathering needs is in the index.
alter table repos.facet add primary key (key, repo_id)
  include (hidden, downloads, likes, likes_30d, trending, signature, created_at, last_modified, parameters, main_size);
alter table repos.searched add primary key (repo_id);
create index searched_words on repos.searched using gin (words) with (gin_pending_list_limit = 256);
create index searched_facets on repos.searched using gin (facets) with (gin_pending_list_limit = 256);
create index searched_name on repos.searched
  using gin (full_name extensions.gin_trgm_ops) with (gin_pending_list_limit = 256);
alter table repos.searched alter column words set statistics 1000;
alter table repos.searched alter column full_name set statistics 1000;

-- No way to change a repository can forget its narrow rows. They are written by the database's owner: the hub may only read
-- them, so that nothing it does can make a list differ from the repositories.
create function repos.keep_narrow_rows() returns trigger language plpgsql security definer
  set search_path = pg_catalog, pg_temp
  as $$
declare had bigint[] := '{}'; has bigint[] := '{}'; bits bigint;
begin
  if tg_op <> 'INSERT' and old.deleted_at is null then
    had := repos.facet_keys(old.type, old.namespace_id, old.pipeline_tag, old.gated, old.tags, old.uses);
  end if;
  if tg_op <> 'DELETE' and new.deleted_at is null then
    has := repos.facet_keys(new.type, new.namespace_id, new.pipeline_tag, new.gated, new.tags, new.uses);
  end if;
  if had <> has then
    delete from repos.facet where key = any(had) and repo_id = old.id and key <> all(has);
  end if;
  if has = '{}' then
    delete from repos.searched where repo_id = old.id;
    return null;
  end if;
  bits := repos.facet_signature(has);
  insert into repos.facet
    select key, new.id, new.visibility = 'private', repos.download_grade(new.downloads), new.likes, new.likes_30d,
        new.trending, bits, new.created_at, new.last_modified, coalesce(new.parameters, 0),
        coalesce(new.main_size, 0)
      from unnest(has) as key
    on conflict (key, repo_id) do update set hidden = excluded.hidden, downloads = excluded.downloads,
      likes = excluded.likes, likes_30d = excluded.likes_30d, trending = excluded.trending,
      signature = excluded.signature, created_at = excluded.created_at, last_modified = excluded.last_modified,
      parameters = excluded.parameters, main_size = excluded.main_size;
  insert into repos.searched
    values (new.id, new.type, new.visibility = 'private', repos.download_grade(new.downloads), new.likes,
      new.likes_30d, new.trending, new.created_at, new.last_modified,
      coalesce(new.parameters, 0), coalesce(new.main_size, 0), new.namespace || '/' || new.name, strip(new.search), has)
    on conflict (repo_id) do update set type = excluded.type, hidden = excluded.hidden,
      downloads = excluded.downloads, likes = excluded.likes, likes_30d = excluded.likes_30d,
      trending = excluded.trending, created_at = excluded.created_at,
      last_modified = excluded.last_modified, parameters = excluded.parameters, main_size = excluded.main_size,
      full_name = excluded.full_name, words = excluded.words, facets = excluded.facets;
  return null;
end $$;
revoke execute on function repos.keep_narrow_rows() from public;
create trigger narrow_rows_made after insert or delete on repos.repo for each row execute function repos.keep_narrow_rows();
create trigger narrow_rows_changed after update on repos.repo for each row
  when ((old.type, old.namespace_id, old.namespace, old.name, old.visibility, old.gated, old.created_at,
      old.last_modified, old.likes, old.likes_30d, repos.download_grade(old.downloads), old.trending, old.parameters,
      old.main_size, old.tags, old.pipeline_tag, old.text, old.uses, old.deleted_at)
    is distinct from (new.type, new.namespace_id, new.namespace, new.name, new.visibility, new.gated, new.created_at,
      new.last_modified, new.likes, new.likes_30d, repos.download_grade(new.downloads), new.trending, new.parameters,
      new.main_size, new.tags, new.pipeline_tag, new.text, new.uses, new.deleted_at))
  execute function repos.keep_narrow_rows();

drop index repos.repo_tags, repos.repo_search, repos.repo_trigram, repos.repo_uses, repos.repo_pipeline,
  repos.repo_gated, repos.repo_linked;
analyze repos.facet;
analyze repos.searched;
grant select on repos.facet, repos.searched to holdfast_hub;
`,
};
