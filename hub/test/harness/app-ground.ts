// What all instances that run apps begin with: the root of Debian that their sandboxes share, which takes minutes to make, and
// the packages that their builds fetch. The first instance leaves a copy to those that follow, which wait for it.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mustRun, ROOT } from './program.ts';

const KEPT = path.join(ROOT, '.tools/app-ground');
const LOCK = `${KEPT}.lock`;
/** What of the runner's own folder is kept. */
const FOLDERS = ['base', 'cache'] as const;

/** Whether it is this process that has to make it; settles when it is there or nobody else is at it. */
export async function isGroundMine(): Promise<boolean> {
  for (;;) {
    if (existsSync(KEPT)) return false;
    if (await takeLock()) return true;
    await delay(500);
  }
}

/** Puts it into a data folder, where it is there. */
export async function seedGround(data: string): Promise<void> {
  if (!existsSync(KEPT)) return;
  const own = ownFolder(data);
  await mkdir(own, { recursive: true });
  for (const folder of [path.dirname(own), own]) await chmod(folder, 0o711);
  for (const name of FOLDERS) await mustRun('cp', ['-a', path.join(KEPT, name), path.join(own, name)]);
}

/** Keeps what an instance made. */
export async function keepGround(data: string): Promise<void> {
  const copy = `${KEPT}.${process.pid}`;
  await mkdir(copy);
  for (const name of FOLDERS)
    await mustRun('cp', ['-a', path.join(ownFolder(data), name), path.join(copy, name)]);
  await rename(copy, KEPT);
}

/** Lets others make it, whether it was made or not. */
export async function leaveGround(): Promise<void> {
  await rm(LOCK, { force: true });
}

async function takeLock(): Promise<boolean> {
  try {
    await writeFile(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const holder = Number(await readFile(LOCK, 'utf8').catch(() => ''));
    // Whoever was ended meanwhile left it behind.
    if (holder > 0 && !existsSync(`/proc/${holder}`)) await leaveGround();
    return false;
  }
}

function ownFolder(data: string): string {
  return path.join(data, 'spaces', 'runner');
}
