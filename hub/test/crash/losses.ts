// What must hold after whatever happened: what was acknowledged is there, whole, and nothing lies about half-written.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../harness/instance.ts';
import { Driver, fetchDigest, WAYS, type Site } from './driver.ts';

const RECOVERY_MS = 60_000;

/** Settles once every client on average had something acknowledged that was not before. */
export async function untilMore(drivers: readonly Driver[], why: string): Promise<void> {
  const count = (): number => drivers.reduce((sum, driver) => sum + driver.acknowledged.length, 0);
  const before = count();
  const giveUp = Date.now() + RECOVERY_MS;
  while (count() < before + drivers.length) {
    assert.ok(Date.now() < giveUp, `nothing was committed for a minute ${why}`);
    await delay(10);
  }
}

/** Acknowledged commits that are not what they were, at their own revision and where they led. */
export async function findLosses(site: Site, drivers: readonly Driver[]): Promise<string[]> {
  const losses: string[] = [];
  for (const { path: file, sha256, commit: oid } of drivers.flatMap((driver) => driver.acknowledged)) {
    const at = (revision: string): string => `${site.url}/${site.repo}/resolve/${revision}/${file}`;
    const read = async (revision: string) => await fetchDigest(at(revision), site.token).catch(String);
    const found = await Promise.all([read(oid), read('main')]);
    if (found.some((one) => one !== sha256)) losses.push(`${file} of ${oid}: ${found.join('; ')}`);
  }
  return losses;
}

/** Expects that nothing of what was under way is left, and that every stored object is what its name says. */
export async function requireWholeStore(objects: string): Promise<void> {
  const store = path.join(objects, 'store');
  const list = async (folder: string) =>
    await readdir(path.join(store, folder), { recursive: true, withFileTypes: true });
  for (const entry of await list('incoming'))
    assert.ok(entry.isDirectory(), `${entry.parentPath}/${entry.name} was left`);
  for (const entry of (await list('sha256')).filter((one) => one.isFile())) {
    const bytes = await readFile(path.join(entry.parentPath, entry.name));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), entry.name);
  }
}

/** Expects that reading all that is stored finds nothing missing, and nothing damaged, of what was acknowledged and of the rest. */
export async function requireSound(instance: Instance): Promise<void> {
  const { status, stdout, stderr } = await instance.command('fsck', '--deep');
  assert.equal(status, 0, `${stdout.slice(-2_000)} ${stderr}`);
}

/** Expects that the next upload works, in each way in which files go up. */
export async function requireNextUploads(site: Site): Promise<void> {
  const next = new Driver('after', site);
  const stop = new AbortController();
  const running = next.run(stop.signal);
  for (const way of WAYS) await untilMore([next], `after all of it, by ${way}`);
  stop.abort();
  await running;
  assert.deepEqual(await findLosses(site, [next]), []);
}
