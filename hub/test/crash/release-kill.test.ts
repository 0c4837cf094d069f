// Releases go on while the vault, the notary and PostgreSQL are killed: for whatever was handed over, to an app or a door, an entry
// stood under a checkpoint by then.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openSuperuserPool } from '../harness/superuser.ts';
import { fillSpace, Receiver } from './receiver.ts';
import { kill, openPlace, startAll, until, VICTIMS } from './release-place.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const KILLS = LONG ? 51 : 6;
/** The vault lets each be started every other second. */
const SPACES = LONG ? 12 : 6;

void test(
  `what is handed over stands on the ledger, through ${KILLS} kills`,
  { timeout: LONG ? 900_000 : 240_000 },
  async (t) => {
    await using stack = new AsyncDisposableStack();
    const place = await openPlace(stack);
    const { database } = place.site;
    const receiver = new Receiver(database, stack.use(openSuperuserPool(database)).pool);
    const running = await startAll(stack, place);
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
    const missing = await receiver.findUnrecorded();
    t.diagnostic(
      `${KILLS} kills, ${handed.size} values handed over, ${missing.length} without a standing entry`,
    );
    assert.deepEqual(missing, []);
    assert.ok(looks > KILLS, `it was looked ${looks} times`);
    assert.deepEqual(early, [], 'no app and no door got anything before that');
    await until('every possession has an end', async () => (await receiver.findUnended()).length === 0);
    assert.equal(await receiver.countForged(), 0, 'and nothing that a kill left looks forged');
  },
);
