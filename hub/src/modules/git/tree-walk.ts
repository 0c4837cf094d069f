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

/** Most folders asked for ahead of the walk. */
const MOST_AHEAD = 200;

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
      await lookAhead(reader, folder);
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
  /** Behind the last entry that was looked at for folders to ask for, and how many were asked for then. */
  ahead: number;
  asked: number;
}

/**
 * Asks for the folder that the walk goes into and some behind it, twice as many each time: a walk that ends soon has not
 * read what it does not need, and a long one through small folders asks seldom.
 */
async function lookAhead(reader: WalkReader, folder: OpenFolder): Promise<void> {
  // The walk stands behind the entry that it goes into.
  if (folder.at <= folder.ahead) return;
  folder.asked = Math.min(MOST_AHEAD, Math.max(1, folder.asked * 2));
  const oids: Sha1[] = [];
  let index = folder.at - 1;
  for (; index < folder.entries.length && oids.length < folder.asked; index += 1) {
    const entry = folder.entries[index];
    if (entry !== undefined && isFolder(entry)) oids.push(entry.oid);
  }
  folder.ahead = index;
  if (oids.length > 1) await reader.prefetchTrees(oids);
}

async function open(reader: WalkReader, wish: Below & { recursive: boolean }): Promise<OpenFolder> {
  const entries = await reader.readTree(wish.oid);
  const fresh = { entries, prefix: wish.prefix, ahead: 0, asked: 0 };
  const [name, ...rest] = wish.after ?? [];
  if (name === undefined) return { ...fresh, at: 0, resume: undefined };
  const index = entries.findIndex((entry) => entry.name === name);
  const entry = entries[index];
  if (entry === undefined || (rest.length > 0 && !isFolder(entry))) throw treeCursorInvalid();
  const after = rest.length > 0 ? rest : undefined;
  const resume =
    wish.recursive && isFolder(entry)
      ? { oid: entry.oid, prefix: `${wish.prefix}${name}/`, after }
      : undefined;
  return { ...fresh, at: index + 1, resume };
}
