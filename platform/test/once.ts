// What takes long to make and is the same for all: one process makes it, the others wait and use it.
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Returns once the folder is there. Whoever comes first makes it, whole or not at all: `make` gets the path it is to fill. */
export async function once(folder: string, make: (path: string) => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`;
  while (!existsSync(folder)) {
    if (!(await take(lock))) {
      await delay(100);
      continue;
    }
    const path = `${folder}.${process.pid}`;
    try {
      // Who held the lock until now may have made it.
      if (existsSync(folder)) return;
      await make(path);
      await rename(path, folder);
    } finally {
      await rm(path, { recursive: true, force: true });
      await rm(lock, { force: true });
    }
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(await readFile(lock, 'utf8').catch(() => ''));
    // Who was ended meanwhile left it behind.
    if (holder > 0 && !existsSync(`/proc/${holder}`)) await rm(lock, { force: true });
    return false;
  }
}
