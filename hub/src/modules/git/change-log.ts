// What became of each file in a commit, for history, statistics and the scan of what is new.
import type { Sha1 } from '@holdfast/kernel/digest';
import { tooManyChanges } from './faults.ts';
import { compareEntries, type Mode } from './tree-object.ts';

/** One side of a change. */
export interface FileVersion {
  readonly oid: Sha1;
  readonly mode: Mode;
}

/** A file with what it was and what it is. */
export type ChangedPath =
  | { readonly kind: 'added'; readonly path: string; readonly after: FileVersion }
  | {
      readonly kind: 'modified';
      readonly path: string;
      readonly before: FileVersion;
      readonly after: FileVersion;
    }
  | { readonly kind: 'deleted'; readonly path: string; readonly before: FileVersion };

/** How many files and folders one commit may touch. */
const MAX_CHANGED = 250_000;

/** Collects changes; a file deleted with its folder and put again is one change. */
export class ChangeLog {
  readonly #sides = new Map<string, { before: FileVersion | undefined; after: FileVersion | undefined }>();
  #visited = 0;

  /** Counts one visit to a file or folder. Throws `entry.too-many`. */
  visit(): void {
    this.#visited += 1;
    if (this.#visited > MAX_CHANGED) throw tooManyChanges(MAX_CHANGED);
  }

  /** Records that a path was one version and is another. Throws `entry.too-many`. */
  record(path: string, before: FileVersion | undefined, after: FileVersion | undefined): void {
    this.visit();
    const earlier = this.#sides.get(path);
    this.#sides.set(path, { before: earlier?.before ?? before, after });
  }

  /** The changes that are any, ordered by path as bytes. */
  changed(): ChangedPath[] {
    const all: ChangedPath[] = [];
    for (const [path, { before, after }] of this.#sides) {
      const change = present(path, before, after);
      if (change !== undefined) all.push(change);
    }
    const key = (change: ChangedPath) => ({ name: change.path, mode: '100644' as const });
    return all.sort((a, b) => compareEntries(key(a), key(b)));
  }
}

function present(
  path: string,
  before: FileVersion | undefined,
  after: FileVersion | undefined,
): ChangedPath | undefined {
  const was = before && { oid: before.oid, mode: before.mode };
  const is = after && { oid: after.oid, mode: after.mode };
  if (was === undefined) return is && { kind: 'added', path, after: is };
  if (is === undefined) return { kind: 'deleted', path, before: was };
  if (was.oid === is.oid && was.mode === is.mode) return undefined;
  return { kind: 'modified', path, before: was, after: is };
}
