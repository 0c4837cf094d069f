// Which folders of a history hold files that are to go from it, and in which order they can be rebuilt. Each folder is
// looked at once, however many commits and folders share it. Pure.
import { type Sha1 } from '@holdfast/kernel/digest';
import { historyTooLarge } from './faults.ts';
import { isFolder, type Mode, type TreeEntry } from './tree-object.ts';

/** What is kept of a history while it is rewritten is bounded by these: some hundred bytes for each. */
const MOST_FOLDERS = 200_000;
const MOST_REFERENCES = 2_000_000;

/** Whether an entry is a file with one of these contents. */
export function isDoomed(
  entry: { readonly mode: Mode; readonly oid: Sha1 },
  doomed: ReadonlySet<Sha1>,
): boolean {
  return !isFolder(entry) && entry.mode !== '160000' && doomed.has(entry.oid);
}

/** The folders of a history, as far as they lead to doomed files. */
export class FolderGraph {
  readonly #doomed: ReadonlySet<Sha1>;
  /** Every folder that was met, with those that hold it. */
  readonly #above = new Map<Sha1, Sha1[]>();
  readonly #holding: Sha1[] = [];
  #references = 0;

  /** @param doomed the contents, by their ids in git, whose files are to go */
  constructor(doomed: ReadonlySet<Sha1>) {
    this.#doomed = doomed;
  }

  /** Those of the folders that were not met before, once each. Throws `history.too-large`. */
  meet(folders: Iterable<Sha1>): Sha1[] {
    const fresh: Sha1[] = [];
    for (const oid of folders) {
      if (this.#above.has(oid)) continue;
      if (this.#above.size >= MOST_FOLDERS) throw historyTooLarge(`${MOST_FOLDERS} different folders`);
      this.#above.set(oid, []);
      fresh.push(oid);
    }
    return fresh;
  }

  /** Notes what a folder that was met holds; gives the folders in it that were not met before. Throws `history.too-large`. */
  note(folder: Sha1, entries: readonly TreeEntry[]): Sha1[] {
    const inside = new Set(entries.filter(isFolder).map(({ oid }) => oid));
    this.#references += inside.size;
    if (this.#references > MOST_REFERENCES) throw historyTooLarge(`${MOST_REFERENCES} folders in folders`);
    const fresh = this.meet(inside);
    for (const child of inside) this.#above.get(child)?.push(folder);
    if (entries.some((entry) => isDoomed(entry, this.#doomed))) this.#holding.push(folder);
    return fresh;
  }

  /** The folders that hold a doomed file at any depth, in groups: what a group needs rebuilt is in those before it. */
  *groups(): Generator<readonly Sha1[]> {
    const waitingFor = this.#countBelow();
    let group = this.#holding.filter((folder) => waitingFor.get(folder) === 0);
    while (group.length > 0) {
      yield group;
      const next: Sha1[] = [];
      for (const folder of group.flatMap((one) => this.#above.get(one) ?? [])) {
        const left = (waitingFor.get(folder) ?? 0) - 1;
        waitingFor.set(folder, left);
        if (left === 0) next.push(folder);
      }
      group = next;
    }
  }

  /** Each folder to rebuild, with the number of such folders in it. */
  #countBelow(): Map<Sha1, number> {
    const counts = new Map<Sha1, number>(this.#holding.map((folder) => [folder, 0]));
    const pending = [...this.#holding];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop())
      for (const above of this.#above.get(folder) ?? []) {
        const before = counts.get(above);
        if (before === undefined) pending.push(above);
        counts.set(above, (before ?? 0) + 1);
      }
    return counts;
  }
}
