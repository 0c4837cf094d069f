// Releases go on while the vault, the notary and PostgreSQL are killed: whatever was handed over, an entry stands for it, and for
// what an app got it stood under a checkpoint by then.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openOwnFolder } from '@holdfast/notary/own-folder';
import { openTestDatabase } from '../harness/database.ts';
import { NotaryProcess } from '../harness/notary-process.ts';
import { openScratch } from '../harness/scratch.ts';
import { sharedServer } from '../harness/shared-server.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { VaultProcess, type VaultSite } from '../harness/vault-process.ts';
import { fillSpace, Receiver } from './receiver.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const VICTIMS = ['vault', 'notary', 'server'] as const;
type Victim = (typeof VICTIMS)[number];
const KILLS = LONG ? 51 : 6;
/** The vault lets each be started every other second. */
const SPACES = LONG ? 12 : 6;
const PATIENCE_MS = 60_000;

interface Killable {
  vault: VaultProcess;
  notary: NotaryProcess;
}

interface Place {
  readonly site: VaultSite;
  readonly notaryFolder: string;
}

async function openPlace(stack: AsyncDisposableStack): Promise<Place> {
  const database = stack.use(await openTestDatabase());
  const folder = stack.use(await openScratch('release-kill')).path;
  const notaryFolder = path.join(folder, 'notary');
  await mkdir(notaryFolder);
  const { signer } = await openOwnFolder(notaryFolder);
  return { site: { database, folder, signer, isQuiet: true }, notaryFolder };
}

async function startVault(site: VaultSite): Promise<VaultProcess> {
  const vault = await VaultProcess.start(site);
  assert.equal(vault.state.sealed, null);
  // All runs are over that the one before knew.
  vault.say('runner', { type: 'hello', runs: [] });
  return vault;
}

/** Kills it, and has another take its place. */
async function kill(victim: Victim, { site, notaryFolder }: Place, running: Killable): Promise<void> {
  if (victim === 'vault') {
    await running.vault.kill();
    running.vault = await startVault(site);
  } else if (victim === 'notary') {
    await running.notary.kill();
    running.notary = await NotaryProcess.start(site.database, notaryFolder);
  } else {
    const server = await sharedServer();
    await server.kill();
    await server.start();
  }
}

async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUp = Date.now() + PATIENCE_MS; !(await is()); await delay(20))
    assert.ok(Date.now() < giveUp, what);
}

void test(
  `what is handed over stands on the ledger, through ${KILLS} kills`,
  { timeout: LONG ? 900_000 : 240_000 },
  async (t) => {
    await using stack = new AsyncDisposableStack();
    const place = await openPlace(stack);
    const { database } = place.site;
    const receiver = new Receiver(database, stack.use(openSuperuserPool(database)).pool);
    const running: Killable = {
      notary: await NotaryProcess.start(database, place.notaryFolder),
      vault: await startVault(place.site),
    };
    stack.defer(async () => await running.notary[Symbol.asyncDispose]());
    stack.defer(async () => await running.vault[Symbol.asyncDispose]());
    const vaults = new Set([running.vault]);
    const stop = new AbortController();
    const spaces = await Promise.all(Array.from({ length: SPACES }, () => fillSpace(running.vault)));
    const drivers = spaces.map((space) => receiver.run(space, () => running.vault, stop.signal));
    try {
      for (let n = 0; n < KILLS; n += 1) {
        const victim = VICTIMS[n % VICTIMS.length] ?? 'vault';
        const before = receiver.handed.size;
        await delay(randomInt(600));
        await kill(victim, place, running);
        vaults.add(running.vault);
        await until(`it goes on after the ${victim} was killed`, () => receiver.handed.size > before + 4);
      }
    } finally {
      stop.abort();
      await Promise.all(drivers);
    }
    for (const vault of vaults) receiver.read(vault);
    const { handed, looks, early } = receiver;
    // What is brokered is handed over under an entry that is committed, and signed soon.
    let missing = await receiver.findUnrecorded();
    for (const giveUp = Date.now() + PATIENCE_MS; missing.length > 0 && Date.now() < giveUp; await delay(100))
      missing = await receiver.findUnrecorded();
    t.diagnostic(
      `${KILLS} kills, ${handed.size} values handed over, ${missing.length} without a standing entry`,
    );
    assert.deepEqual(missing, []);
    assert.ok(looks > KILLS, `it was looked ${looks} times`);
    assert.deepEqual(early, [], 'no app got anything before that');
    await until('every possession has an end', async () => (await receiver.findUnended()).length === 0);
    assert.equal(await receiver.countForged(), 0, 'and nothing that a kill left looks forged');
  },
);
