// Git objects, the refs that point to them, and what lists of history need without reading objects.

/**
 * Makes the `git` schema. Ids are text, as in every other table and in each answer: 20 bytes more a row than binary,
 * and a person at the database reads what git prints.
 */
export const objects = {
  name: 'git/0001-objects',
  sql: `
create schema git;

-- Immutable: the hub may add and erase rows, never change one. Bodies are stored as they are (EXTERNAL): a slice of a
-- large one is then read without the rest of it, so that memory stays bounded; what is large and would compress well
-- is in the object store anyway, and trees and commits are mostly digests.
create table git.object (
  repo_id text collate "C" not null,
  oid text collate "C" not null check (length(oid) = 40),
  kind text not null check (kind in ('blob', 'tree', 'commit', 'tag')),
  size integer not null check (size = octet_length(bytes)),
  bytes bytea not null,
  -- What an LFS pointer says; a function of the bytes, kept so that lists need not read them.
  lfs_sha256 text collate "C" check (length(lfs_sha256) = 64),
  lfs_size bigint check ((lfs_size is null) = (lfs_sha256 is null)),
  primary key (repo_id, oid)
);
alter table git.object alter column bytes set storage external;
create index object_lfs on git.object (repo_id, lfs_sha256) where lfs_sha256 is not null;

-- A commit as lists show it. 'depth' counts first parents down to the root, which has 1. 'jump' is an ancestor chosen
-- as in a skew-binary list, so that any ancestor is found in a number of steps that grows with the logarithm of depth.
create table git.commit (
  repo_id text collate "C" not null,
  oid text collate "C" not null,
  tree text collate "C" not null,
  parents text[] not null,
  first_parent text collate "C",
  depth integer not null check (depth > 0),
  jump text collate "C" not null,
  jump_depth integer not null check (jump_depth between 1 and depth),
  message text not null,
  author_name text not null,
  author_email text not null,
  at timestamptz not null,
  -- Digest of the request that made it, so that the same request sent again is recognised.
  request text,
  primary key (repo_id, oid),
  foreign key (repo_id, oid) references git.object (repo_id, oid),
  foreign key (repo_id, tree) references git.object (repo_id, oid)
);

-- Which commits changed a path or something below it. Nothing for root commits: all they hold is theirs.
-- 'path_key' is the first half of the path's SHA-256: paths are longer than an index takes.
create table git.change (
  repo_id text collate "C" not null,
  path_key bytea not null,
  depth integer not null,
  commit text collate "C" not null,
  primary key (repo_id, path_key, depth, commit)
);

-- 'target' is the object that git names; for an annotated tag 'commit' is what the tag points to.
create table git.ref (
  repo_id text collate "C" not null,
  name text collate "C" not null check (name like 'refs/%'),
  target text collate "C" not null,
  commit text collate "C" not null,
  updated_at timestamptz not null,
  primary key (repo_id, name),
  foreign key (repo_id, target) references git.object (repo_id, oid),
  foreign key (repo_id, commit) references git.commit (repo_id, oid)
);

grant usage on schema git to holdfast_hub;
grant select, insert, delete on git.object, git.commit, git.change to holdfast_hub;
grant select, insert, update, delete on git.ref to holdfast_hub;
`,
};
