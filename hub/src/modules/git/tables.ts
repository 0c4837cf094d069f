// Rows of the `git` schema.
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type ObjectKind } from './object.ts';
import { type Ref } from './ref.ts';

/** The tables that the store of `git` sees. */
export type GitTables = {
  'git.object': {
    repo_id: Id;
    oid: Sha1;
    kind: ObjectKind;
    size: number;
    bytes: Buffer;
    lfs_sha256: Sha256 | null;
    lfs_size: number | null;
  };
  'git.commit': {
    repo_id: Id;
    oid: Sha1;
    tree: Sha1;
    parents: Sha1[];
    first_parent: Sha1 | null;
    depth: number;
    jump: Sha1;
    jump_depth: number;
    message: string;
    author_name: string;
    author_email: string;
    at: Date;
    request: string | null;
  };
  'git.change': { repo_id: Id; path_key: Buffer; depth: number; commit: Sha1 };
  'git.ref': { repo_id: Id; name: Ref; target: Sha1; commit: Sha1; updated_at: Date };
  'git.dropped': { repo_id: Id; target: Sha1; commit: Sha1; at: Date };
};
