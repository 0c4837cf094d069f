// Lists what lies below a folder with two levels of folders, ordered by name.
import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSha256 } from '@holdfast/kernel/digest';
import { isErrorCode } from './paths.ts';
import type { ListedObject } from './store.ts';

/** Walks the two levels of directories in order; what is neither a directory nor an object is passed over. */
export async function* listBelow(path: string, levels = 2): AsyncGenerator<ListedObject> {
  const names: string[] = [];
  for await (const entry of await opendir(path)) {
    if (levels === 0 ? entry.isFile() : entry.isDirectory()) names.push(entry.name);
  }
  for (const name of names.sort()) {
    const inner = join(path, name);
    if (levels > 0) {
      yield* listBelow(inner, levels - 1);
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
