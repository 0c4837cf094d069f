// What the store of objects and refs tells of a repository's history and files. Pure.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type LfsPointer } from './lfs-pointer.ts';
import { type Ref } from './ref.ts';
import { type FileMode } from './tree-object.ts';

/** A commit as lists show it. */
export interface CommitSummary {
  readonly oid: Sha1;
  readonly tree: Sha1;
  readonly parents: readonly Sha1[];
  /** How many commits there are from here through first parents to the root, this one included. */
  readonly depth: number;
  /** An ancestor and its depth, for long ways back; the root's is itself. */
  readonly jump: { readonly oid: Sha1; readonly depth: number };
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly at: Date;
  /** Digest of the request that made it, where one did. */
  readonly request: string | null;
}

/** What is known of a file's content without reading it. */
export interface BlobFacts {
  /** Bytes of the blob in git: of the pointer where LFS keeps the content. */
  readonly size: number;
  readonly lfs: LfsPointer | undefined;
}

/** What stands at a path. */
export type Entry =
  | { readonly kind: 'folder'; readonly oid: Sha1 }
  | ({ readonly kind: 'file'; readonly oid: Sha1; readonly mode: FileMode } & BlobFacts);

/** An entry with its path from the root. */
export type ListedEntry = Entry & { readonly path: string };

/** Where a ref points. */
export interface RefTarget {
  /** What git names: a commit, or an annotated tag. */
  readonly target: Sha1;
  /** The commit, behind a tag too. */
  readonly commit: Sha1;
}

/** A ref and where it points. */
export interface ListedRef extends RefTarget {
  readonly name: Ref;
}

/** A blob that is read part by part. There is nothing to close: each part is a question of its own. */
export interface OpenBlob extends AsyncDisposable {
  readonly size: number;
  /** There is no file behind it. */
  readonly fd: undefined;
  read(range: { readonly start: number; readonly end: number }): AsyncIterable<Buffer>;
}
