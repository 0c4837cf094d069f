// The vault, the notary and PostgreSQL killed at each step of a value that is set in the place of one that a door has: the door gets the
// next one once its release stands under a checkpoint and not before, from whichever vault is there, and goes on with the one before.
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeSealingPair } from '@holdfast/kernel/sealing';
import { makePair } from '@holdfast/inside/secrets';
import { type ToRunner } from '@holdfast/vault/frames';
import type { Pool } from 'pg';
import { record } from '../../src/modules/ledger/index.ts';
import { type TestDatabase } from '../harness/database.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { PlayedDoor } from '../harness/vault-doors.ts';
import { BY, id } from '../harness/vault.ts';
import { type TestRun } from '../harness/vault-runs.ts';
import { type VaultProcess } from '../harness/vault-process.ts';
import { kill, openPlace, startAll, until, VICTIMS, type Killable, type Victim } from './release-place.ts';

const LIMIT = { timeout: 240_000 };
const [FIRST, NEXT, LAST] = [
  'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9',
  'zY9xW7vU5tS3rQ1pO9nM7lK5jI3',
  'qW2eR4tY6uI8oP0aS1dF3gH5jK7',
].map((part) => `sk-proj-${part.repeat(3)}`) as [string, string, string];
const RELEASED = `select 1 from ledger.entry where kind = 'secret.released' and body like $1`;
const SIGNED = `select 1 from ledger.entry e join notary.writer w on w.name = e.writer
  join notary.leaf l on l.writer = w.id and l.lane = e.lane and l.n = e.n
  where e.kind = 'secret.released' and e.body like $1 and l.index < (select max(size) from notary.checkpoint)`;

interface Ground {
  readonly running: Killable;
  readonly database: TestDatabase;
  readonly behind: Pool;
  readonly run: Pick<TestRun, 'run' | 'door'>;
}

/** What comes up to a step and holds it there; gives what lets go. */
const STEPS: Readonly<Record<string, (ground: Ground, set: () => void) => Promise<() => Promise<void>>>> = {
  'noted and not on the ledger': async ({ running, database }, set) => {
    const own = openSuperuserPool(database);
    const client = await own.pool.connect();
    client.on('error', () => undefined);
    await client.query('begin; lock table vault.held in access exclusive mode');
    set();
    await running.vault.untilNoted((line) => line.includes('"act":"secret.released"'));
    return async () => {
      await client.query('rollback').catch(() => undefined);
      client.release(true);
      await own[Symbol.asyncDispose]();
    };
  },
  'on the ledger and not signed': async ({ running, behind, run }, set) => {
    running.notary.hold();
    set();
    await until('it is on the ledger', async () => (await countOf(behind, RELEASED, run)) === 2);
    return async () => running.notary.goOn();
  },
  'signed and not given': async ({ running, behind, run }, set) => {
    const { pid } = running.vault;
    running.notary.hold();
    set();
    await until('it is on the ledger', async () => (await countOf(behind, RELEASED, run)) === 2);
    // It cannot look whether it is signed.
    process.kill(pid, 'SIGSTOP');
    running.notary.goOn();
    await until('it is signed', async () => (await countOf(behind, SIGNED, run)) === 2);
    return async () => goOn(pid);
  },
  'given and not told of': async ({ running, run }, set) => {
    set();
    await until('it is given', () => has(running.vault, run, NEXT));
    return async () => undefined;
  },
};

/** Lets a process go on, unless it was killed. */
function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}

async function countOf(behind: Pool, statement: string, { run }: Pick<TestRun, 'run'>): Promise<number> {
  return (await behind.query(statement, [`%${run}%`]).catch(() => ({ rows: [] }))).rows.length;
}

function doorAt(vault: VaultProcess, run: Ground['run']): PlayedDoor {
  const runner = {
    frames: vault.frames as ToRunner[],
    say: (frame: object) => vault.say('runner', frame),
    until: () => Promise.reject(new Error('nobody waits')),
  };
  return new PlayedDoor({ runner }, run);
}

/** Whether the door was ever given it by this vault. */
// oxlint-disable-next-line max-params -- by whom, to whom, and what
function has(vault: VaultProcess, run: Ground['run'], value: string): boolean {
  return doorAt(vault, run)
    .grants.flat()
    .some((one) => one.value.toString() === value);
}

async function startRun(vault: VaultProcess, database: TestDatabase, space: string): Promise<Ground['run']> {
  const [run, door] = [id(), makeSealingPair()];
  const ticket = await database.db.transaction((tx) =>
    record(tx, {
      ...{ kind: 'run.started', subject: `repo:${space}`, actor: BY.actor, credential: BY.credential },
      body: { run, commit: '0'.repeat(40) },
    }),
  );
  const keys = { door: door.publicKey, inside: makePair().publicKey };
  vault.say('runner', { type: 'release', run, space, ticket, ...keys });
  await vault.until((frame) => frame.type === 'released' && frame.run === run);
  vault.say('runner', { type: 'delivered', run });
  return { run, door };
}

async function killAt(victim: Victim, name: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const place = await openPlace(stack);
  const { database } = place.site;
  const behind = stack.use(openSuperuserPool(database)).pool;
  const running = await startAll(stack, place);
  const space = id();
  const set = (value: string): number =>
    running.vault.write(space, { key: 'OPENAI_API_KEY', value, overlapSeconds: 600 });
  await running.vault.answer(set(FIRST));
  const run = await startRun(running.vault, database, space);
  running.living = [run.run];
  const asked = running.vault;
  const letGo = await STEPS[name]?.({ running, database, behind, run }, () => void set(NEXT));
  assert.equal(has(asked, run, NEXT), name.startsWith('given'), 'what was given by then');
  await Promise.all([kill(victim, place, running), letGo?.()]);
  // One that was not recorded stays away where its vault, or its transaction, did not live to record it.
  if (!name.startsWith('noted') || victim === 'notary')
    await until('it has the next', () => has(running.vault, run, NEXT));
  else if (victim === 'vault') await until('it has the one before', () => has(running.vault, run, FIRST));
  if ([asked, running.vault].some((vault) => has(vault, run, NEXT)))
    await until('what was given stands', async () => (await countOf(behind, SIGNED, run)) === 2);
  const later = await startRun(running.vault, database, space);
  await until('what is set next', async () => {
    const answer = await running.vault.answer(set(LAST));
    return answer.type === 'done';
  });
  await until('reaches another run', () => has(running.vault, later, LAST));
  running.vault.say('runner', { type: 'hello', runs: [] });
  await until('every possession has an end', async () => {
    const unended = `select 1 from vault.run where ended_at is null`;
    return (await behind.query(unended)).rows.length === 0;
  });
  const forged = `select 1 from ledger.entry where kind = 'secret.run-forged'`;
  assert.equal((await behind.query(forged)).rows.length, 0);
}

for (const victim of VICTIMS)
  for (const name of Object.keys(STEPS))
    void test(`${victim} killed at a replacement that is ${name}`, LIMIT, async () => {
      await killAt(victim, name);
    });
