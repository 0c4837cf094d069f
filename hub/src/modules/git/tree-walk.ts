// Walks the files of a tree in git's order, and goes on after any of them: pages of a list need no state on our side.
import { type Sha1 } from '@holdfast/kernel/digest';
import { treeCursorInvalid } from './faults.ts';
import { isFolder, type TreeEntry } from './tree-object.ts';

/** Where folders are read from. */
export interface WalkReader {
  readTree(oid: Sha1): Promise<readonly TreeEntry[]>;
  /** Called with the folders that a recursive walk will read soon. */
  prefetchTrees(oids: readonly Sha1[]): Promise<void>;
}

/** What to walk. */
export interface WalkOptions {
  /** The path of the folder; paths of what is found begin with it. */
  readonly prefix: string;
  readonly recursive: boolean;
  /** The path, below `prefix`, of the last entry of the page before. */
  readonly after?: string | undefined;
}

/** Folders asked for ahead of the walk. */
const PREFETCH = 200;

/** The entries, each folder before what it holds. Throws `tree.cursor-invalid` when `after` is not there. */
export async function* walkTree(
  reader: WalkReader,
  root: Sha1,
  options: WalkOptions,
): AsyncGenerator<{ path: string; entry: TreeEntry }> {
  const prefix = options.prefix === '' ? '' : `${options.prefix}/`;
  if (options.after !== undefined && !options.after.startsWith(prefix)) throw treeCursorInvalid();
  const after = options.after?.slice(prefix.length).split('/');
  // A list of folders that are under way, because trees of others can be thousands deep.
  const pending = [await open(reader, { oid: root, prefix, after, recursive: options.recursive })];
  for (let folder = pending.at(-1); folder !== undefined; folder = pending.at(-1)) {
    const child = folder.resume;
    folder.resume = undefined;
    if (child !== undefined) {
      pending.push(await open(reader, { ...child, recursive: true }));
      continue;
    }
    const entry = folder.entries[folder.at];
    folder.at += 1;
    if (entry === undefined) {
      pending.pop();
      continue;
    }
    const path = folder.prefix + entry.name;
    yield { path, entry };
    if (options.recursive && isFolder(entry))
      folder.resume = { oid: entry.oid, prefix: `${path}/`, after: undefined };
  }
}

interface Below {
  readonly oid: Sha1;
  readonly prefix: string;
  readonly after: readonly string[] | undefined;
}

interface OpenFolder {
  readonly entries: readonly TreeEntry[];
  readonly prefix: string;
  at: number;
  /** A folder to go into before the next entry. */
  resume: Below | undefined;
}

async function open(reader: WalkReader, wish: Below & { recursive: boolean }): Promise<OpenFolder> {
  const entries = await reader.readTree(wish.oid);
  if (wish.recursive)
    await reader.prefetchTrees(
      entries
        .filter(isFolder)
        .slice(0, PREFETCH)
        .map((entry) => entry.oid),
    );
  const [name, ...rest] = wish.after ?? [];
  if (name === undefined) return { entries, prefix: wish.prefix, at: 0, resume: undefined };
  const index = entries.findIndex((entry) => entry.name === name);
  const entry = entries[index];
  if (entry === undefined || (rest.length > 0 && !isFolder(entry))) throw treeCursorInvalid();
  const after = rest.length > 0 ? rest : undefined;
  const resume =
    wish.recursive && isFolder(entry)
      ? { oid: entry.oid, prefix: `${wish.prefix}${name}/`, after }
      : undefined;
  return { entries, prefix: wish.prefix, at: index + 1, resume };
}
