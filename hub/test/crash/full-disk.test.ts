// A small disk that clients fill until nothing more is taken, while processes are killed: reads, revocations and records go on,
// nothing is half-written, and with room again all of it is as it was said to be.
import assert from 'node:assert/strict';
import { rm, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MiB } from '@holdfast/kernel/size';
import { DEFAULT_RESERVE, reserveOf } from '@holdfast/platform/objects/free-space';
import { startInstance, type Instance } from '../harness/instance.ts';
import { openSmallDisk } from '../harness/small-disk.ts';
import { openSuperuser } from '../harness/superuser.ts';
import { isRoot } from '../harness/test-user.ts';
import { createRepo, Driver, type Site } from './driver.ts';
import { findLosses, requireNextUploads, requireSound, requireWholeStore, untilMore } from './losses.ts';
import { openMail } from './mail.ts';
import { kill, VICTIMS, type Victim } from './victims.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const DISK = 512 * MiB;
/** What clients may fill before they meet the reserve. */
const ROOM = 48 * MiB;
/** As the clients' uploads end: refused for want of room. */
const FULL = /507/;
const KILLED: readonly Victim[] = LONG
  ? VICTIMS.flatMap((victim) => [victim, victim, victim])
  : ['hub', 'server', 'supervisor'];

void test(
  'a disk that fills up while processes are killed',
  { timeout: 600_000, skip: !isRoot && 'only root can mount a small disk' },
  async (t) => {
    await using disk = await openSmallDisk(DISK);
    await using _ = await openMail(disk.path);
    const restart = (): Promise<Instance> => startInstance({ folder: disk.path });
    let instance = await restart();
    await using stack = new AsyncDisposableStack();
    stack.defer(() => instance[Symbol.asyncDispose]());
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const site: Site = { url: instance.url, token, repo: 'admin/crowded' };
    await createRepo(site);
    const filler = await leaveRoom(disk.path);
    const stop = new AbortController();
    const drivers = ['a', 'b'].map((name) => new Driver(name, site));
    const running = Promise.all(drivers.map((driver) => driver.run(stop.signal)));
    try {
      await untilMore(drivers, 'on a new disk');
      await untilFull(drivers);
      for (const victim of KILLED) {
        instance = await kill(victim, instance, restart);
        site.url = instance.url;
        await untilFull(drivers);
        await t.test(`full, after the ${victim} was killed`, async () => {
          await requireLife(instance, site, drivers);
        });
      }
      await rm(filler);
      await untilMore(drivers, 'with room again');
    } finally {
      stop.abort();
      await running;
    }
    const losses = await findLosses(site, drivers);
    const total = drivers.reduce((sum, driver) => sum + driver.acknowledged.length, 0);
    t.diagnostic(`${KILLED.length} kills, ${total} commits acknowledged, ${losses.length} lost`);
    assert.deepEqual(losses, []);
    await instance[Symbol.asyncDispose]();
    instance = await restart();
    site.url = instance.url;
    await requireWholeStore(path.join(instance.data, 'objects'));
    await requireSound(instance);
    await requireNextUploads(site);
  },
);

/** Takes all of the disk but the reserve and a little more. */
async function leaveRoom(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const file = path.join(folder, 'filler');
  await writeFile(file, Buffer.alloc(bavail * bsize - reserveOf(DEFAULT_RESERVE, DISK) - ROOM));
  return file;
}

/** Settles once a client was told that there is no room, after now. */
async function untilFull(drivers: readonly Driver[]): Promise<void> {
  const seen = drivers.map((driver) => driver.refused.length);
  const refused = (): boolean =>
    drivers.some((driver, index) => driver.refused.slice(seen[index]).some((said) => FULL.test(said)));
  for (const giveUp = Date.now() + 120_000; !refused(); await delay(20))
    assert.ok(Date.now() < giveUp, 'the disk is full within two minutes');
}

/** Expects that what was stored is read, and that a token is revoked at once, and that both are on the ledger. */
async function requireLife(instance: Instance, site: Site, drivers: readonly Driver[]): Promise<void> {
  const whoami = async (token: string): Promise<number> =>
    (await fetch(`${instance.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${token}` } })).status;
  // What was killed is started again first.
  let losses = await findLosses(site, drivers);
  for (const giveUp = Date.now() + 60_000; losses.length > 0 && Date.now() < giveUp; await delay(50))
    losses = await findLosses(site, drivers);
  assert.deepEqual(losses, []);
  const wish = ['--user', 'admin', '--name', 'victim', '--role', 'read', '--json'];
  const victim = JSON.parse(await instance.admin('token', 'create', ...wish)) as {
    readonly id: string;
    readonly token: string;
  };
  assert.equal(await whoami(victim.token), 200);
  await instance.admin('token', 'revoke', victim.id);
  assert.equal(await whoami(victim.token), 401);
  await using superuser = await openSuperuser(instance);
  const { rows } = await superuser.pool.query(
    'select kind from ledger.entry where subject = $1 order by at',
    [`token:${victim.id}`],
  );
  assert.deepEqual(rows, [{ kind: 'token.issued' }, { kind: 'token.revoked' }]);
}
