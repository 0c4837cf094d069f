// Keeps the folder of fetched files within bounds. The doors of builds write it; what is not whole is theirs to remove, and ours
// when they were killed.
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listNames } from '@holdfast/platform/private-files';
import { chooseVictims, type Kept } from './victims.ts';

/** A download that nobody wrote to for so long is of a door that is gone, in milliseconds. */
const ABANDONED = 24 * 60 * 60_000;
const WHOLE = /^[0-9a-f]{64}$/;

/** Removes the files unused for longest until the others take no more than this. */
export async function trimCache(folder: string, budget: number): Promise<void> {
  const now = Date.now();
  const items: Kept[] = [];
  for (const group of await listNames(folder))
    for (const name of await listNames(join(folder, group))) {
      const path = join(folder, group, name);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) continue;
      const usedAt = found.mtimeMs;
      if (WHOLE.test(name)) items.push({ name: path, bytes: found.size, usedAt, isUsed: false });
      else if (now - usedAt > ABANDONED) await rm(path, { force: true });
    }
  for (const { name } of chooseVictims(items, budget)) await rm(name, { force: true });
}
