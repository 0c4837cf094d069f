// Applies the changes of a commit to a tree of folders. Only folders on the way to a change are read; everything else
// is kept by its object id. Either all changes fit the tree or a fault says which one does not.
import type { Sha1 } from '@holdfast/kernel/digest';
import { entryIsFile, entryIsFolder, entryMissing } from './faults.ts';
import type { EncodedObject } from './object.ts';
import type { RepoPath } from './path.ts';
import { ChangeLog, type ChangedPath } from './change-log.ts';
import { plan, type Plan } from './change-plan.ts';
import { encodeTree, isFolder, type FileMode, type TreeEntry } from './tree-object.ts';

/** One wish of a commit. Copies and renames are resolved to these by the caller. */
export type Change =
  | { readonly kind: 'put'; readonly path: RepoPath; readonly oid: Sha1; readonly mode: FileMode }
  | { readonly kind: 'delete'; readonly path: RepoPath; readonly what: 'file' | 'folder' | 'entry' };

/** Where folders are read from. */
export interface TreeReader {
  readTree(oid: Sha1): Promise<readonly TreeEntry[]>;
}

/** The tree after a commit. */
export interface EditedTree {
  readonly root: Sha1;
  /** The folders that are new, each once; those that were there before are not repeated. */
  readonly trees: readonly EncodedObject[];
  /** What became of each file, in git's order of paths. A file put as it was is not in it. */
  readonly changed: readonly ChangedPath[];
}

/**
 * The tree that results from the changes. All deletions apply before all additions, so a file may replace a folder and
 * the reverse. `rootTree` is `null` for a repository without commits.
 * Throws `entry.missing` (a deletion of what is not there), `entry.is-file`, `entry.is-folder`, `entry.twice` (two changes
 * of one path), `entry.too-many`.
 */
export async function applyChanges(
  reader: TreeReader,
  rootTree: Sha1 | null,
  changes: readonly Change[],
): Promise<EditedTree> {
  const edit = new TreeEdit(reader);
  const root = await edit.folder(plan(changes), rootTree, '');
  // Git has a tree for nothing at all, and a commit needs one.
  const oid = root ?? edit.keep(encodeTree([]));
  return { root: oid, trees: [...edit.trees.values()], changed: edit.log.changed() };
}

class TreeEdit {
  readonly trees = new Map<Sha1, EncodedObject>();
  readonly log = new ChangeLog();
  readonly #reader: TreeReader;

  constructor(reader: TreeReader) {
    this.#reader = reader;
  }

  keep(tree: EncodedObject): Sha1 {
    this.trees.set(tree.oid, tree);
    return tree.oid;
  }

  /** The folder after the plan's changes; `null` when nothing is left of it. */
  async folder(folderPlan: Plan, base: Sha1 | null, prefix: string): Promise<Sha1 | null> {
    const before = base === null ? [] : await this.#reader.readTree(base);
    const entries = new Map(before.map((entry) => [entry.name, entry]));
    for (const [name, child] of folderPlan.children) {
      const entry = await this.#child(child, entries.get(name), `${prefix}${name}`);
      if (entry === undefined) entries.delete(name);
      else entries.set(name, { ...entry, name });
    }
    if (entries.size === 0) return null;
    if (base !== null && isSame(before, entries)) return base;
    return this.keep(encodeTree([...entries.values()]));
  }

  async #child(
    child: Plan,
    existing: TreeEntry | undefined,
    path: string,
  ): Promise<Omit<TreeEntry, 'name'> | undefined> {
    let entry: Omit<TreeEntry, 'name'> | undefined = existing;
    if (child.removal !== undefined) {
      // Files deleted beside their folder must have been there; what the folder becomes without them is not kept.
      if (!child.puts && child.children.size > 0) {
        await new TreeEdit(this.#reader).folder(child, folderOf(existing), `${path}/`);
        await this.#remove(child.removal, existing, path);
        return undefined;
      }
      await this.#remove(child.removal, existing, path);
      entry = undefined;
    }
    if (child.children.size > 0) {
      if (entry !== undefined && !isFolder(entry)) {
        if (child.puts) throw entryIsFile(path);
        entry = undefined;
      }
      const oid = await this.folder(child, entry?.oid ?? null, `${path}/`);
      entry = oid === null ? undefined : { mode: '40000', oid };
    }
    if (child.put === undefined) return entry;
    if (entry !== undefined && isFolder(entry)) throw entryIsFolder(path);
    this.log.record(path, entry, child.put);
    return child.put;
  }

  async #remove(
    what: 'file' | 'folder' | 'entry',
    existing: TreeEntry | undefined,
    path: string,
  ): Promise<void> {
    if (existing === undefined) throw entryMissing(path);
    if (!isFolder(existing)) {
      if (what === 'folder') throw entryIsFile(path);
      this.log.record(path, existing, undefined);
      return;
    }
    if (what === 'file') throw entryIsFolder(path);
    const pending = [{ path, oid: existing.oid }];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for (const entry of await this.#reader.readTree(folder.oid)) {
        const inner = `${folder.path}/${entry.name}`;
        // Counted as well, or ten folders that hold one another ten times over would be ten billion to visit.
        if (isFolder(entry)) {
          this.log.visit();
          pending.push({ path: inner, oid: entry.oid });
        } else this.log.record(inner, entry, undefined);
      }
    }
  }
}

function folderOf(entry: TreeEntry | undefined): Sha1 | null {
  return entry !== undefined && isFolder(entry) ? entry.oid : null;
}

function isSame(before: readonly TreeEntry[], after: ReadonlyMap<string, TreeEntry>): boolean {
  if (before.length !== after.size) return false;
  return before.every(({ name, mode, oid }) => {
    const entry = after.get(name);
    return entry !== undefined && entry.mode === mode && entry.oid === oid;
  });
}
