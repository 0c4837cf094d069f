// Xorbs, and the files that are made of them.

/** Makes the `xet` schema. */
export const xorbs = {
  name: 'xet/0001-xorbs',
  sql: `
create schema xet;

-- Within a scope an upload may name what is there already instead of sending it; beyond it nothing is known to be
-- there. A client remembers what it sent under scope and generation: raising the generation makes it forget.
create table xet.scope (
  scope_id text collate "C" primary key check (scope_id ~ '^[0-9a-f]{24}$'),
  generation integer not null check (generation > 0)
);

-- 'chunks' is the hash and both ends of each chunk. The bytes are the pack of the store that is named by the SHA-256 of
-- 'chunks': the same xorb may have come packed in another way in another scope, and then lies in another pack.
create table xet.xorb (
  scope_id text collate "C" not null,
  hash text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  pack text collate "C" not null check (pack ~ '^[0-9a-f]{64}$'),
  packed_size integer not null check (packed_size > 0),
  raw_size integer not null check (raw_size > 0),
  chunks bytea not null,
  -- When it was sent, last named to a client, or last lost a file: a client may name it for weeks after.
  needed_at timestamptz not null,
  primary key (scope_id, hash)
);
-- Digests do not compress.
alter table xet.xorb alter column chunks set storage external;
create index xorb_pack on xet.xorb (pack);
create index xorb_needed on xet.xorb (needed_at);

-- A file by the digest that its chunks give it: which part of which xorb follows which. Whose it is, blobs.object says.
create table xet.file (
  scope_id text collate "C" not null,
  hash text collate "C" not null check (hash ~ '^[0-9a-f]{64}$'),
  size bigint not null check (size >= 0),
  terms bytea not null,
  stored_at timestamptz not null,
  primary key (scope_id, hash)
);
create index file_stored on xet.file (stored_at);

-- Which xorbs a file needs, so that one that no file needs can be found.
create table xet.use (
  scope_id text collate "C" not null,
  xorb_hash text collate "C" not null,
  file_hash text collate "C" not null,
  primary key (scope_id, xorb_hash, file_hash),
  foreign key (scope_id, xorb_hash) references xet.xorb (scope_id, hash),
  foreign key (scope_id, file_hash) references xet.file (scope_id, hash) on delete cascade
);
create index use_file on xet.use (scope_id, file_hash);

-- Chunks that a client may ask for: about one of a thousand, and the first of each file.
create table xet.chunk (
  scope_id text collate "C" not null,
  hash bytea not null check (length(hash) = 32),
  xorb_hash text collate "C" not null,
  primary key (scope_id, hash),
  foreign key (scope_id, xorb_hash) references xet.xorb (scope_id, hash) on delete cascade
);
create index chunk_xorb on xet.chunk (scope_id, xorb_hash);

grant usage on schema xet to holdfast_hub;
grant select, insert, delete on all tables in schema xet to holdfast_hub;
grant update (generation) on xet.scope to holdfast_hub;
-- To hold a row while it becomes needed.
grant update (stored_at) on xet.file to holdfast_hub;
grant update (needed_at) on xet.xorb to holdfast_hub;
`,
};
