// Objects whose bytes are put together from xorbs.

/** Lets an object say which file of which scope it is made of. */
export const xetObjects = {
  name: 'blobs/0002-xet',
  sql: `
alter table blobs.object
  add column xet_scope text collate "C",
  add column xet_hash text collate "C",
  add check ((backend = 'xet') = (xet_hash is not null)),
  add check ((xet_scope is null) = (xet_hash is null));
-- Whether a repository has a file is asked for every reconstruction; whether anybody has it, when it is to go.
create index object_repo_xet on blobs.object (repo_id, xet_hash) where xet_hash is not null;
create index object_xet on blobs.object (xet_scope, xet_hash) where xet_hash is not null;
`,
};
