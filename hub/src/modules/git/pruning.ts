// Folders without the files that are to go from a history, and the changes that are none without them. Pure but for the
// reading of folders.
import { type Sha1 } from '@holdfast/kernel/digest';
import { historyTooLarge } from './faults.ts';
import { isDoomed } from './folder-graph.ts';
import { isFolder, type TreeEntry } from './tree-object.ts';
import { type TreeReader } from './tree-edit.ts';

/** What goes, and what became of the folders that held it: a new folder, or `null` where nothing is left of it. */
export interface Pruning {
  readonly doomed: ReadonlySet<Sha1>;
  readonly rebuilt: ReadonlyMap<Sha1, Sha1 | null>;
}

/** Two states of a repository, by their root folders. */
export interface RootPair {
  readonly before: Sha1;
  readonly after: Sha1;
}

/** Paths looked at for one rewriting: folders that hold one another many times over have more than can be visited. */
const MOST_VISITS = 250_000;

/** What is left of a folder's entries. Those of the folders in it that change must be rebuilt already. */
export function prunedEntries(entries: readonly TreeEntry[], pruning: Pruning): TreeEntry[] {
  return entries.map((entry) => prunedEntry(entry, pruning)).filter((entry) => entry !== undefined);
}

/** Finds, of the paths that a commit changed, those that it does not change any more. */
export class LostChanges {
  readonly #reader: TreeReader;
  readonly #pruning: Pruning;
  #visits = 0;

  constructor(reader: TreeReader, pruning: Pruning) {
    this.#reader = reader;
    this.#pruning = pruning;
  }

  /** Paths of files and folders that differ between the states, and no longer do when both are pruned. Throws `history.too-large`. */
  async between(roots: RootPair): Promise<string[]> {
    const lost: string[] = [];
    const pending: { prefix: string; before: Sha1 | undefined; after: Sha1 | undefined }[] = [];
    let pair: (typeof pending)[number] | undefined = { prefix: '', ...roots };
    for (; pair !== undefined; pair = pending.pop()) {
      const was = await this.#read(pair.before);
      const is = await this.#read(pair.after);
      for (const name of new Set([...was.keys(), ...is.keys()])) {
        const [before, after] = [was.get(name), is.get(name)];
        if (isSame(before, after) || !(this.#isTouched(before) || this.#isTouched(after))) continue;
        this.#visit();
        const path = pair.prefix + name;
        if (isSame(this.#prune(before), this.#prune(after))) lost.push(path);
        const folders = { before: folderOf(before), after: folderOf(after) };
        if (folders.before !== undefined || folders.after !== undefined)
          pending.push({ prefix: `${path}/`, ...folders });
      }
    }
    return lost;
  }

  #visit(): void {
    this.#visits += 1;
    if (this.#visits > MOST_VISITS) throw historyTooLarge(`${MOST_VISITS} changes of these files`);
  }

  async #read(folder: Sha1 | undefined): Promise<Map<string, TreeEntry>> {
    const entries = folder === undefined ? [] : await this.#reader.readTree(folder);
    return new Map(entries.map((entry) => [entry.name, entry]));
  }

  #prune(entry: TreeEntry | undefined): TreeEntry | undefined {
    return entry && prunedEntry(entry, this.#pruning);
  }

  #isTouched(entry: TreeEntry | undefined): boolean {
    const { doomed, rebuilt } = this.#pruning;
    return entry !== undefined && (isFolder(entry) ? rebuilt.has(entry.oid) : isDoomed(entry, doomed));
  }
}

function prunedEntry(entry: TreeEntry, { doomed, rebuilt }: Pruning): TreeEntry | undefined {
  if (!isFolder(entry)) return isDoomed(entry, doomed) ? undefined : entry;
  const now = rebuilt.get(entry.oid);
  if (now === undefined) return entry;
  // Git has no empty folders.
  return now === null ? undefined : { ...entry, oid: now };
}

function isSame(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

function folderOf(entry: TreeEntry | undefined): Sha1 | undefined {
  return entry !== undefined && isFolder(entry) ? entry.oid : undefined;
}
