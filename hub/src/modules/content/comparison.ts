// What a commit changed, with the texts before and after it, to show them side by side. What is read of a private repository
// is recorded before it is answered.
import { isUtf8 } from 'node:buffer';
import { KiB } from '@holdfast/kernel/size';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Db } from '@holdfast/platform/postgres/database';
import { GitReader, parsePointer, type CommitSummary, type SharedObjectCache } from '#modules/git';
import { type Reads } from '#modules/ledger';
import { recordListing } from './content.ts';
import { revisionMissing } from './faults.ts';
import { type Visit } from './model.ts';
import { listTreeChanges, type TreeChange } from './tree-changes.ts';

/** One side of a file: its text, that there is none, or why it is not shown. */
export type Side =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'none' | 'large' | 'binary' | 'long' };

/** A file that a commit changed. */
export interface FileChange {
  readonly path: string;
  readonly before: Side;
  readonly after: Side;
}

/** A commit and what it changed. */
export interface CommitChanges {
  readonly commit: CommitSummary;
  readonly files: readonly FileChange[];
  readonly more: boolean;
}

const BOUNDS = { folders: 500, changes: 100 };
const MOST_BYTES = 64 * KiB;
/** Of all files of a commit together. */
const MOST_SHOWN = 512 * KiB;

/** Compares commits with what was before them. */
export class Comparison {
  readonly #deps: { readonly db: Db; readonly reads: Reads; readonly cache: SharedObjectCache };

  constructor(deps: { db: Db; reads: Reads; cache: SharedObjectCache }) {
    this.#deps = deps;
  }

  /** What the commit of a place changed, for those who were let in. Throws `revision.missing`. */
  async get(visit: Visit): Promise<CommitChanges> {
    const reader = new GitReader(this.#deps.db, visit.repo.id, this.#deps.cache.current);
    const commit = await reader.findCommit(visit.commit);
    if (commit === undefined) throw revisionMissing(visit.revision);
    const [parent] = commit.parents;
    const before = parent === undefined ? undefined : (await reader.findCommit(parent))?.tree;
    const readTree = (oid: Sha1) => reader.readTree(oid);
    const { changes, more } = await listTreeChanges(readTree, { before, after: commit.tree }, BOUNDS);
    await recordListing(this.#deps.reads, { ...visit, path: '' });
    const files: FileChange[] = [];
    let left = MOST_SHOWN;
    for (const change of changes) {
      await recordListing(this.#deps.reads, { ...visit, path: change.path as Visit['path'] });
      const file = await sidesOf(reader, change, left);
      left -= sizeOf(file.before) + sizeOf(file.after);
      files.push(file);
    }
    return { commit, files, more };
  }
}

async function sidesOf(reader: GitReader, change: TreeChange, left: number): Promise<FileChange> {
  const { path, before, after } = change;
  return { path, before: await sideOf(reader, before, left), after: await sideOf(reader, after, left) };
}

async function sideOf(reader: GitReader, oid: Sha1 | undefined, left: number): Promise<Side> {
  if (oid === undefined) return { kind: 'none' };
  if (left <= 0) return { kind: 'long' };
  const bytes = await reader.findBlob(oid, MOST_BYTES);
  if (bytes === undefined) return { kind: 'long' };
  if (parsePointer(bytes) !== undefined) return { kind: 'large' };
  if (bytes.includes(0) || !isUtf8(bytes)) return { kind: 'binary' };
  return { kind: 'text', text: bytes.toString('utf8') };
}

function sizeOf(side: Side): number {
  return side.kind === 'text' ? side.text.length : 0;
}
