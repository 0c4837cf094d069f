// The vault killed at each step of a write, a deletion, a rotation and a release, and at random: nothing is handed over without an
// entry that stands, no value is lost or comes back, and the next vault goes on.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makePair } from '@holdfast/inside/secrets';
import { makeSealingPair } from '@holdfast/kernel/sealing';
import { EntrySearch, record } from '../../src/modules/ledger/index.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { openTestNotary } from '../harness/notary.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { BY, id, Signing } from '../harness/vault.ts';
import { VaultProcess, type VaultSite } from '../harness/vault-process.ts';

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';
const RANDOM_KILLS = LONG ? 50 : 5;
const LIMIT = { timeout: LONG ? 900_000 : 240_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** A vault that can be killed, and what it stands on. */
interface Ground extends AsyncDisposable {
  readonly site: VaultSite;
  readonly signing: Signing;
  /** Runs to which something was handed over, as the test saw. */
  readonly handed: Set<string>;
}

async function openGround(): Promise<Ground> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await openTestDatabase());
  const folder = stack.use(await openScratch('vault-kill')).path;
  const notary = stack.use(await openTestNotary(database.notary, { folder: path.join(folder, 'notary') }));
  const signing = stack.use(new Signing(async () => await notary.round()));
  const kept = stack.move();
  return {
    site: { database, folder, signer: notary.signer },
    ...{ signing, handed: new Set(), [Symbol.asyncDispose]: () => kept.disposeAsync() },
  };
}

/** Keeps tables from being written to until it is disposed of. */
async function hold(database: TestDatabase, what: string): Promise<AsyncDisposable> {
  const behind = openSuperuserPool(database);
  const client = await behind.pool.connect();
  await client.query('begin');
  await client.query(what);
  return {
    [Symbol.asyncDispose]: async () => {
      await client.query('rollback');
      client.release();
      await behind[Symbol.asyncDispose]();
    },
  };
}

async function ask({ site }: Ground, vault: VaultProcess, space: string): Promise<string> {
  const run = id();
  const ticket = await site.database.db.transaction((tx) =>
    record(tx, {
      ...{ kind: 'run.started', subject: `repo:${space}`, actor: BY.actor, credential: BY.credential },
      body: { run, commit: '0'.repeat(40) },
    }),
  );
  const [door, inside] = [makeSealingPair().publicKey, makePair().publicKey];
  vault.say('runner', { type: 'release', run, space, ticket, door, inside });
  return run;
}

/** Notes to whom a vault that is gone, or goes on, handed something over. */
function note({ handed }: Ground, { frames }: VaultProcess): void {
  for (const frame of frames)
    if ((frame.type === 'released' || frame.type === 'door') && 'run' in frame) handed.add(frame.run);
}

/** To whom something was handed over without an entry that says so. */
async function unrecorded({ site, handed }: Ground): Promise<string[]> {
  const search = new EntrySearch(site.database.db);
  const { items } = await search.list({ kind: 'secret.released' }, { limit: 1_000 });
  const recorded = new Set(items.map(({ body }) => (JSON.parse(body) as { run: string }).run));
  return [...handed].filter((run) => !recorded.has(run));
}

async function isReleased(ground: Ground, vault: VaultProcess, space: string): Promise<boolean> {
  const run = await ask(ground, vault, space);
  const answer = await vault.until(
    (frame) => (frame.type === 'released' || frame.type === 'refused') && 'run' in frame && frame.run === run,
  );
  note(ground, vault);
  return answer.type === 'released';
}

async function kinds({ site }: Ground): Promise<readonly string[]> {
  const { items } = await new EntrySearch(site.database.db).list({ kind: 'secret.' }, { limit: 1_000 });
  return items.map(({ kind }) => kind);
}

/** A Space with a brokered secret and one that is not. */
async function fill(vault: VaultProcess): Promise<string> {
  const space = id();
  for (const [key, value] of [
    ['OPENAI_API_KEY', OPENAI],
    ['PLAIN', 'a plain value'],
  ])
    assert.equal((await vault.answer(vault.write(space, { key, value }))).type, 'done');
  return space;
}

const isOpenAct = (act: string) => (line: string) => line.includes(`"act":"${act}"`);

/** Where it is killed: what is begun, and what is waited for. */
const STEPS: Readonly<
  Record<string, (ground: Ground, vault: VaultProcess, space: string) => Promise<AsyncDisposable>>
> = {
  'a release that is noted and not on the ledger': async (ground, vault, space) => {
    const held = await hold(ground.site.database, 'lock table vault.ticket in exclusive mode');
    await ask(ground, vault, space);
    await vault.untilNoted(isOpenAct('release'));
    return held;
  },
  'a release that is on the ledger and not signed': async (ground, vault, space) => {
    await ground.signing.finish();
    await ask(ground, vault, space);
    // Not by the journal: what was set before left the same line.
    while (!(await kinds(ground)).includes('secret.released')) await delay(5);
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  },
  'a release that was handed over': async (ground, vault, space) => {
    assert.ok(await isReleased(ground, vault, space));
    return { [Symbol.asyncDispose]: () => Promise.resolve() };
  },
  'a write that is noted and not done': async ({ site }, vault, space) => {
    const held = await hold(site.database, 'lock table vault.version in exclusive mode');
    vault.write(space, { key: 'PLAIN', value: 'another value' });
    await vault.untilNoted(isOpenAct('set'));
    return held;
  },
  'a deletion that is noted and not done': async ({ site }, vault, space) => {
    const held = await hold(site.database, 'lock table vault.version in exclusive mode');
    vault.say('hub', { type: 'delete', id: 900, space, name: 'PLAIN', by: BY });
    await vault.untilNoted(isOpenAct('delete'));
    return held;
  },
  'a rotation between two Spaces': async ({ site }, vault, space) => {
    const held = await hold(
      site.database,
      `select * from vault.space_key where space = '${space}' for update`,
    );
    vault.say('operator', { type: 'rotate', ...OPERATOR });
    await delay(500);
    return held;
  },
  'a rotation before the old key is destroyed': async ({ site }, vault) => {
    const held = await hold(site.database, 'lock table vault.run in exclusive mode');
    vault.say('operator', { type: 'rotate', ...OPERATOR });
    await vault.untilNoted(isOpenAct('rotate'));
    return held;
  },
};

for (const [name, begin] of Object.entries(STEPS))
  void test(`killed at ${name}`, LIMIT, async () => {
    await using ground = await openGround();
    let space = '';
    {
      await using vault = await VaultProcess.start(ground.site);
      await fill(vault);
      space = await fill(vault);
      await using _held = await begin(ground, vault, space);
      await vault.kill();
      note(ground, vault);
    }
    ground.signing.goOn();
    assert.deepEqual(await unrecorded(ground), []);
    await using next = await VaultProcess.start(ground.site);
    assert.equal(next.state.sealed, null, 'the next one goes on');
    // What takes a value away is done after all.
    const isDeletion = name.startsWith('a deletion');
    if (name.includes('noted'))
      assert.ok(
        (await kinds(ground)).includes(isDeletion ? 'secret.caught-up' : 'secret.broken-off'),
        'and says so',
      );
    // What the runner does not have any more is over, whatever became of it.
    next.say('runner', { type: 'hello', runs: [] });
    assert.ok(await isReleased(ground, next, space), 'every value is there');
    next.say('operator', { type: 'rotate', ...OPERATOR });
    await next.until((frame) => frame.type === 'status');
    assert.ok(
      await isReleased(ground, next, space),
      'and a rotation that was broken off is finished by the next',
    );
    assert.deepEqual(await unrecorded(ground), []);
    const all = await kinds(ground);
    const count = (kind: string): number => all.filter((one) => one === `secret.${kind}`).length;
    // What the two last releases gave is held, and nothing of all before.
    const held = isDeletion ? 2 : 4;
    assert.equal(count('released') - count('ended') - count('aborted'), held, 'each possession ends once');
  });

void test('killed at random while everything goes on', LIMIT, async () => {
  await using ground = await openGround();
  const spaces: string[] = [];
  {
    await using vault = await VaultProcess.start(ground.site);
    for (let n = 0; n < 3; n += 1) spaces.push(await fill(vault));
  }
  for (let kills = 0; kills < RANDOM_KILLS; kills += 1) {
    await using vault = await VaultProcess.start(ground.site);
    assert.equal(vault.state.sealed, null, `after ${kills} kills`);
    vault.say('runner', { type: 'hello', runs: [] });
    for (const [n, space] of spaces.entries()) {
      void ask(ground, vault, space);
      // A write ends releases that are under way.
      if (kills % 2 === 1)
        vault.write(space, { key: 'PLAIN', value: `the value ${kills}.${n}`, overlapSeconds: n * 60 });
    }
    if (kills % 3 === 0) vault.say('operator', { type: 'rotate', ...OPERATOR });
    // A slow machine might have handed over nothing before any of the kills, and then there were nothing to find unrecorded.
    if (kills === 2) await vault.until(({ type }) => type === 'released');
    await delay(Math.random() * 800);
    await vault.kill();
    note(ground, vault);
    assert.deepEqual(await unrecorded(ground), [], `after ${kills} kills`);
  }
  await using last = await VaultProcess.start(ground.site);
  for (const space of spaces) assert.ok(await isReleased(ground, last, space));
  assert.ok(ground.handed.size > 3, `${ground.handed.size} runs were handed something`);
});
