// The notary, PostgreSQL and the vault killed at each step of a release: what was handed over stands under a checkpoint, what was recorded
// and not handed over is given up, each possession ends once, and the next release goes its way.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Pool } from 'pg';
import { type TestDatabase } from '../harness/database.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import type { VaultProcess } from '../harness/vault-process.ts';
import { fillSpace, Receiver } from './receiver.ts';
import { kill, openPlace, startAll, until, VICTIMS, type Killable, type Victim } from './release-place.ts';

const LIMIT = { timeout: 240_000 };
const isOpenAct = (act: string) => (line: string) => line.includes(`"act":"${act}"`);
const isSigned = `select 1 from ledger.entry e join notary.writer w on w.name = e.writer
  join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
  where e.kind = 'secret.released' and e.body like $1 and l.index < (select max(size) from notary.checkpoint)`;

interface Step {
  /** Runs up to it; gives the run, and what lets go of what was held. */
  readonly begin: (ground: Ground) => Promise<{ readonly run: string; readonly letGo: () => Promise<void> }>;
  /** Whether values are out by then. */
  readonly isOut: boolean;
}

interface Ground {
  readonly receiver: Receiver;
  readonly running: Killable;
  readonly space: string;
  readonly behind: Pool;
  readonly database: TestDatabase;
}

/** Keeps a table from being used, by a connection of its own; a server that is killed lets go by itself. */
async function hold(database: TestDatabase, table: string): Promise<() => Promise<void>> {
  const own = openSuperuserPool(database);
  const client = await own.pool.connect();
  client.on('error', () => undefined);
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  return async () => {
    await client.query('rollback').catch(() => undefined);
    client.release(true);
    await own[Symbol.asyncDispose]();
  };
}

/** Lets a process go on, unless it was killed. */
function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

async function nothingHeld(): Promise<void> {
  await Promise.resolve();
}

/** Of its own run: the line of the journal that says so looks as that of what was set before. */
async function untilRecorded(behind: Pool, run: string): Promise<void> {
  const recorded = `select 1 from ledger.entry where kind = 'secret.released' and body like $1`;
  await until('it is on the ledger', async () => {
    return (await behind.query(recorded, [`%${run}%`])).rows.length === 2;
  });
}

async function untilReleased(vault: VaultProcess, run: string): Promise<void> {
  await vault.until((frame) => frame.type === 'released' && frame.run === run);
}

const STEPS: Readonly<Record<string, Step>> = {
  'noted and not on the ledger': {
    isOut: false,
    begin: async ({ receiver, running, space, database }) => {
      const letGo = await hold(database, 'vault.ticket');
      const run = await receiver.ask(space, running.vault);
      await running.vault.untilNoted(isOpenAct('release'));
      return { run, letGo };
    },
  },
  'on the ledger and not signed': {
    isOut: false,
    begin: async ({ receiver, running, space, behind }) => {
      running.notary.hold();
      const run = await receiver.ask(space, running.vault);
      await untilRecorded(behind, run);
      return { run, letGo: async () => running.notary.goOn() };
    },
  },
  'signed and not handed over': {
    isOut: false,
    begin: async ({ receiver, running, space, behind }) => {
      const { pid } = running.vault;
      running.notary.hold();
      const run = await receiver.ask(space, running.vault);
      await untilRecorded(behind, run);
      // It cannot look whether it is signed. A lock would not do: nothing is ordered past a transaction that is under way.
      process.kill(pid, 'SIGSTOP');
      running.notary.goOn();
      await until('it is signed', async () => (await behind.query(isSigned, [`%${run}%`])).rows.length > 0);
      return { run, letGo: async () => goOn(pid) };
    },
  },
  'handed over and not told as delivered': {
    isOut: true,
    begin: async ({ receiver, running, space }) => {
      const run = await receiver.ask(space, running.vault);
      await untilReleased(running.vault, run);
      return { run, letGo: nothingHeld };
    },
  },
  'delivered and not ended': {
    isOut: true,
    begin: async ({ receiver, running, space, behind }) => {
      const run = await receiver.ask(space, running.vault);
      await untilReleased(running.vault, run);
      running.vault.say('runner', { type: 'delivered', run });
      const delivered = `select 1 from ledger.entry where kind = 'secret.delivered' and body like $1`;
      await until('it is', async () => (await behind.query(delivered, [`%${run}%`])).rows.length > 0);
      return { run, letGo: nothingHeld };
    },
  },
};

/** Whether a vault has said what became of a release: one that was killed says nothing more, and nobody got anything. */
function isAnswered({ frames }: VaultProcess, run: string): boolean {
  return frames.some(
    (frame) => (frame.type === 'released' || frame.type === 'refused') && 'run' in frame && frame.run === run,
  );
}

async function killAt(victim: Victim, { begin, isOut }: Step): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const place = await openPlace(stack);
  const { database } = place.site;
  const behind = stack.use(openSuperuserPool(database)).pool;
  const receiver = new Receiver(database, behind);
  const running = await startAll(stack, place);
  const space = await fillSpace(running.vault);
  const asked = running.vault;
  const { run, letGo } = await begin({ receiver, running, space, behind, database });
  receiver.read(asked);
  assert.equal(receiver.handed.size, isOut ? 2 : 0, 'what was out by then');
  // It is killed before anything is let go of; the one that takes its place may have to wait for that.
  await Promise.all([kill(victim, place, running), letGo()]);
  if (victim !== 'vault') await until('it is answered', () => isAnswered(asked, run));
  receiver.read(asked);
  for (const type of isAnswered(asked, run) ? ['delivered', 'ended'] : ['ended'])
    running.vault.say('runner', { type, run });
  await until('what was handed over stands', async () => {
    return (await receiver.findUnrecorded().catch(() => ['nobody knows'])).length === 0;
  });
  await until('every possession has an end', async () => {
    return (await receiver.findUnended().catch(() => ['nobody knows'])).length === 0;
  });
  const next = await receiver.ask(space, running.vault);
  await untilReleased(running.vault, next);
  await delay(50);
  receiver.read(running.vault);
  assert.ok(receiver.handed.has(`${next} sandbox`) && receiver.handed.has(`${next} door`), 'and it goes on');
  assert.deepEqual(await receiver.findUnrecorded(), []);
  assert.equal(await receiver.countForged(), 0);
}

for (const victim of VICTIMS)
  for (const [name, step] of Object.entries(STEPS))
    void test(`${victim} killed at a release that is ${name}`, LIMIT, async () => {
      await killAt(victim, step);
    });
