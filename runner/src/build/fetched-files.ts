// The folder of fetched files. The doors of builds write it; what is not whole is theirs to remove, and ours when they were killed.
import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { listNames } from '@holdfast/platform/private-files';
import { type Stored } from './victims.ts';

/** A download that nobody wrote to for so long is of a door that is gone, in milliseconds. */
const ABANDONED = 24 * 60 * 60_000;
const WHOLE = /^[0-9a-f]{64}$/;

/** All that are whole. Removes the others that are of doors which are gone. */
export async function listFetched(folder: string): Promise<Stored[]> {
  const now = Date.now();
  const items: Stored[] = [];
  for (const group of await listNames(folder))
    for (const name of await listNames(join(folder, group))) {
      const path = join(folder, group, name);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) continue;
      const drop = async (): Promise<void> => await rm(path, { force: true });
      const usedAt = found.mtimeMs;
      if (WHOLE.test(name)) items.push({ name: path, bytes: found.size, usedAt, isUsed: false, drop });
      else if (now - usedAt > ABANDONED) await drop();
    }
  return items;
}
