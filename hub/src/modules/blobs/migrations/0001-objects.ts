// Which large objects a repository holds, and uploads in parts that are under way.

/** Makes the `blobs` schema. */
export const objects = {
  name: 'blobs/0001-objects',
  sql: `
create schema blobs;

-- The one table that download, commit and LFS consult. Bytes that another repository stored do not count here.
create table blobs.object (
  repo_id text not null check (repo_id ~ '^[0-9a-f]{24}$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  size bigint not null check (size >= 0),
  backend text not null,
  pushed_at timestamptz not null,
  pusher_id text,
  -- Where a commit put it last; a label for people, not a reference.
  path text,
  ref text,
  primary key (repo_id, sha256)
);
create index object_sha256 on blobs.object (sha256);
create index object_pushed on blobs.object (repo_id, pushed_at desc, sha256 desc);

create table blobs.upload (
  id text primary key check (id ~ '^[0-9a-f]{24}$'),
  repo_id text not null,
  sha256 text not null,
  size bigint not null,
  part_size bigint not null,
  parts_id text not null,
  begun_at timestamptz not null,
  expires_at timestamptz not null
);
create index upload_expires on blobs.upload (expires_at);
create index upload_repo on blobs.upload (repo_id);

grant usage on schema blobs to holdfast_hub;
grant select, insert, update, delete on all tables in schema blobs to holdfast_hub;
`,
};
