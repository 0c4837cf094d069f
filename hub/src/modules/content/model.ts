// What the content of a repository is made of, as surfaces see it. Pure.
import { type Sha1, type Sha256 } from '@holdfast/kernel/digest';
import { type Actor } from '#modules/access';
import { type CommitSummary, type FileMode, type ListedEntry, type Ref, type RepoPath } from '#modules/git';
import { type Repo } from '#modules/repos';

/** Who reads, from where. */
export interface Visitor {
  readonly actor: Actor;
  /** Network address. */
  readonly address: string;
}

/** What LFS keeps of a file. */
export interface LfsContent {
  readonly sha256: Sha256;
  /** Bytes of the content. */
  readonly size: number;
  /** Bytes of the pointer in git. */
  readonly pointerSize: number;
}

/** A file of a commit. */
export interface FileFacts {
  readonly path: string;
  /** Its id in git: of the pointer where LFS keeps the content. */
  readonly oid: Sha1;
  /** Bytes of the content. */
  readonly size: number;
  readonly lfs: LfsContent | undefined;
}

/** A file with what a working copy makes of it: a file, a program, or a link. */
export interface ListedFile extends FileFacts {
  readonly mode: FileMode;
}

/** A file and the commit it was found in. */
export interface FoundFile extends FileFacts {
  readonly commit: Sha1;
}

/** A line of a listing. */
export type TreeItem = (
  | ({ readonly kind: 'file' } & FileFacts)
  | { readonly kind: 'folder'; readonly path: string; readonly oid: Sha1 }
) & {
  /** The last commit that changed it, where that was asked for. */
  readonly lastCommit?: CommitSummary;
};

/** A repository that somebody may read, and a place in it. */
export interface Visit {
  readonly visitor: Visitor;
  readonly repo: Repo;
  readonly commit: Sha1;
  /** `''` is the root. */
  readonly path: RepoPath | '';
  /** The revision as it was asked for. */
  readonly revision: string;
}

/** Where a revision leads. */
export interface Resolved {
  readonly commit: Sha1;
  /** The branch or tag it went through; absent for a commit id. */
  readonly ref: Ref | undefined;
}

/** The listed entry as surfaces see it. */
export function itemOf(entry: ListedEntry): TreeItem {
  if (entry.kind === 'folder') return { kind: 'folder', path: entry.path, oid: entry.oid };
  return { kind: 'file', ...factsOf(entry) };
}

/** The facts of a listed file. */
export function factsOf(entry: ListedEntry & { readonly kind: 'file' }): FileFacts {
  const { path, oid, lfs, size } = entry;
  if (lfs === undefined) return { path, oid, size, lfs: undefined };
  return { path, oid, size: lfs.size, lfs: { sha256: lfs.oid, size: lfs.size, pointerSize: size } };
}

const MAX_CURSOR = 8192;

/** Where a listing goes on: the commit stays the same from page to page, whatever happens to the branch. */
export interface TreeCursor {
  readonly commit: Sha1;
  readonly after: string;
}

/** The cursor as URL-safe text. */
export function encodeTreeCursor(cursor: TreeCursor): string {
  return Buffer.from(`${cursor.commit}${cursor.after}`).toString('base64url');
}

/** The cursor that a client sent back, or `undefined` when it is not one of ours. */
export function decodeTreeCursor(text: string): TreeCursor | undefined {
  if (text.length > MAX_CURSOR) return undefined;
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const [, commit, after] = /^([0-9a-f]{40})(.+)$/s.exec(decoded) ?? [];
  return commit === undefined || after === undefined ? undefined : { commit: commit as Sha1, after };
}
