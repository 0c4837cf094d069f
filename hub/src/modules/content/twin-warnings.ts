// Finds names that a commit adds beside others that some file systems take for the same.
import { isFolder, quoted, twins, type ChangedPath, type GitReader } from '#modules/git';
import { type Sha1 } from '@holdfast/kernel/digest';

/** Names that are compared at most; a commit into larger folders is not warned about. */
const MAX_COMPARED = 50_000;
const MAX_WARNINGS = 5;

/** One sentence for each new path that has a twin among what was there or among the other new ones. */
export async function twinWarnings(
  reader: GitReader,
  root: Sha1,
  changed: readonly ChangedPath[],
): Promise<string[]> {
  const added = changed.filter(({ kind }) => kind === 'added').map(({ path }) => path);
  if (added.length === 0) return [];
  const deleted = new Set(changed.filter(({ kind }) => kind === 'deleted').map(({ path }) => path));
  const existing: string[] = [];
  for (const folder of foldersOf(added)) {
    const oid = folder === '' ? root : await folderIn(reader, root, folder);
    if (oid === undefined) continue;
    for (const { name } of await reader.readTree(oid)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (!deleted.has(path)) existing.push(path);
    }
    if (existing.length > MAX_COMPARED) return [];
  }
  return twins(added, existing)
    .slice(0, MAX_WARNINGS)
    .map(({ path, twin }) => `${quoted(path)} and ${quoted(twin)} are one file on some systems.`);
}

function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set<string>(['']);
  for (const path of paths)
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1))
      folders.add(path.slice(0, at));
  return folders;
}

async function folderIn(reader: GitReader, root: Sha1, path: string): Promise<Sha1 | undefined> {
  let oid = root;
  for (const name of path.split('/')) {
    const entry = (await reader.readTree(oid)).find((one) => one.name === name);
    if (entry === undefined || !isFolder(entry)) return undefined;
    oid = entry.oid;
  }
  return oid;
}
