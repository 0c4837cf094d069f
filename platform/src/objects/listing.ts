// Lists what lies below a folder with two levels of folders, ordered by name.
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSha256 } from '@holdfast/kernel/digest';
import { isErrorCode } from './paths.ts';
import type { ListedObject } from './store.ts';

const LEVELS = 2;

/**
 * Walks the two levels of directories in order, from behind a name on; what is neither a directory nor an object is
 * passed over.
 */
export async function* listBelow(path: string, after = '', levels = LEVELS): AsyncGenerator<ListedObject> {
  const names: string[] = [];
  for await (const entry of await opendir(path)) {
    if (levels === 0 ? entry.isFile() : entry.isDirectory()) names.push(entry.name);
  }
  const level = LEVELS - levels;
  // The name of a folder is the next two digits of all names in it.
  const passed = levels === 0 ? after : after.slice(level * 2, level * 2 + 2);
  for (const name of names.sort()) {
    if (levels === 0 ? name <= passed : name < passed) continue;
    const inner = join(path, name);
    if (levels > 0) {
      // Only the folder of that name itself holds names before it.
      yield* listBelow(inner, name === passed ? after : '', levels - 1);
      continue;
    }
    const sha256 = parseSha256(name);
    const found = sha256 === undefined ? undefined : await statIfThere(inner);
    if (sha256 !== undefined && found !== undefined) {
      yield { sha256, size: found.size, storedAt: found.mtime };
    }
  }
}

async function statIfThere(path: string): Promise<{ size: number; mtime: Date } | undefined> {
  return await lstat(path).catch((error: unknown) => {
    if (isErrorCode(error, 'ENOENT')) return undefined; // removed since the directory was read
    throw error;
  });
}
