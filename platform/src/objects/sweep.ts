// Removes what nobody has touched for a while.
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrorCode } from './paths.ts';

/** Removes each entry of a directory that, with all that lies in it, was last changed before then. */
export async function sweepDirectory(path: string, before: Date): Promise<number> {
  let removed = 0;
  for (const name of await readdir(path)) {
    const entry = join(path, name);
    if ((await lastChange(entry)) >= before.getTime()) continue;
    await rm(entry, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

/** The newest change of an entry and of what lies directly in it, in milliseconds; now, when it has just gone. */
async function lastChange(path: string): Promise<number> {
  try {
    const own = await lstat(path);
    if (!own.isDirectory()) return own.mtimeMs;
    const inner = (await readdir(path)).map(async (name) => (await lstat(join(path, name))).mtimeMs);
    return Math.max(own.mtimeMs, ...(await Promise.all(inner)));
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return Infinity;
    throw error;
  }
}
