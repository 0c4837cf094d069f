// Which files differ between two trees, within bounds: folders that are the same are not looked into.
import { type Sha1 } from '@holdfast/kernel/digest';
import { isFolder, type TreeEntry } from '#modules/git';

/** A file that differs: what stood at its path, and what does. */
export interface TreeChange {
  readonly path: string;
  readonly before: Sha1 | undefined;
  readonly after: Sha1 | undefined;
}

/** What was found within the bounds. */
export interface TreeChanges {
  readonly changes: readonly TreeChange[];
  /** Whether there are more. */
  readonly more: boolean;
}

/** How much is looked at, and listed, at most. */
export interface ChangeBounds {
  readonly folders: number;
  readonly changes: number;
}

interface Pair {
  readonly path: string;
  readonly before: TreeEntry | undefined;
  readonly after: TreeEntry | undefined;
}

/** The files that differ, folder by folder. `readTree` gives the entries of a folder. */
export async function listTreeChanges(
  readTree: (oid: Sha1) => Promise<readonly TreeEntry[]>,
  roots: { readonly before: Sha1 | undefined; readonly after: Sha1 },
  bounds: ChangeBounds,
): Promise<TreeChanges> {
  const changes: TreeChange[] = [];
  const root = (oid: Sha1 | undefined): TreeEntry | undefined => oid && { mode: '40000', name: '', oid };
  const open: Pair[] = [{ path: '', before: root(roots.before), after: root(roots.after) }];
  let folders = 0;
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const { path, before, after } = pair;
    if (before?.oid === after?.oid && before?.mode === after?.mode) continue;
    const [was, is] = [fileOf(before), fileOf(after)];
    if (was !== undefined || is !== undefined) {
      if (changes.length >= bounds.changes) return { changes, more: true };
      changes.push({ path, before: was, after: is });
    }
    if (folderOf(before) === undefined && folderOf(after) === undefined) continue;
    folders += 1;
    if (folders > bounds.folders) return { changes, more: true };
    open.push(...(await pairsOf(readTree, pair)));
  }
  return { changes, more: false };
}

async function pairsOf(
  readTree: (oid: Sha1) => Promise<readonly TreeEntry[]>,
  { path, before, after }: Pair,
): Promise<Pair[]> {
  const entriesOf = async (oid: Sha1 | undefined): Promise<Map<string, TreeEntry>> =>
    new Map((oid === undefined ? [] : await readTree(oid)).map((entry) => [entry.name, entry]));
  const was = await entriesOf(folderOf(before));
  const is = await entriesOf(folderOf(after));
  const names = [...new Set([...was.keys(), ...is.keys()])].sort().reverse();
  const prefix = path === '' ? '' : `${path}/`;
  return names
    .map((name) => ({ path: `${prefix}${name}`, before: was.get(name), after: is.get(name) }))
    .filter((pair) => pair.before?.oid !== pair.after?.oid || pair.before?.mode !== pair.after?.mode);
}

function folderOf(entry: TreeEntry | undefined): Sha1 | undefined {
  return entry !== undefined && isFolder(entry) ? entry.oid : undefined;
}

function fileOf(entry: TreeEntry | undefined): Sha1 | undefined {
  return entry !== undefined && !isFolder(entry) ? entry.oid : undefined;
}
