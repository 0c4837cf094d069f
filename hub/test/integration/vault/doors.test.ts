// What takes a secret away from a door that may use it: the seal, a pause, a deletion, the end of the Space, another value, and time.
// What somebody does is told to the door in the same step, before anything is waited for.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { PlayedDoor, ROUTE, untilTrue } from '../../harness/vault-doors.ts';
import { BY, id, openTestVault, type TestVault, type TestVaultOptions } from '../../harness/vault.ts';
import { entriesOf, startRun, type TestRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const NEXT = `sk-proj-${'zY9xW7vU5tS3rQ1pO9nM7lK5jI3'.repeat(3)}`;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

/** A clock that a test moves on. */
function movedClock() {
  const clock = { passed: 0, now: () => new Date(Date.now() + clock.passed) };
  return clock;
}

async function openDoor(vault: TestVault, more: object = {}) {
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI, ...more });
  await vault.write(space, { key: 'ANTHROPIC_API_KEY', value: `sk-ant-api03-${'b'.repeat(80)}AA` });
  const run = await startRun(vault, space);
  const door = new PlayedDoor(vault, run);
  await door.until(({ type }) => type === 'alive');
  const versionOf = (name: string): string =>
    door.grants[0]?.find((one) => one.name === name)?.version ?? assert.fail(`${name} is not granted`);
  const [openai, anthropic] = [versionOf('OPENAI_API_KEY'), versionOf('ANTHROPIC_API_KEY')];
  assert.deepEqual(new Set(door.versions), new Set([openai, anthropic]));
  assert.ok((await door.ask(openai)).uses > 0);
  return { space, run, door, openai, anthropic };
}

void test(
  'a seal takes everything from doors at once, and what is unsealed is granted anew',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { run, door, openai } = await openDoor(vault);
    vault.operator.say({ type: 'seal', ...OPERATOR });
    assert.deepEqual(door.versions, []);
    await vault.operator.until(({ type }) => type === 'status');
    const words = door.words.length;
    door.say({
      type: 'ask',
      version: openai,
      route: { host: 'api.openai.com', method: 'POST', template: '*' },
    });
    vault.runner.say({ type: 'hello', runs: [run.run] });
    await delay(1_200);
    assert.equal(door.words.length, words, 'it hears nothing more, and uses nothing');
    assert.equal(door.grants.length, 1);
    assert.equal((await entriesOf(vault, 'secret.ended')).length, 0, 'what it holds it holds');
    vault.operator.say({ type: 'unseal', ...OPERATOR });
    await vault.operator.until((frame) => frame.type === 'status' && frame.sealed === null);
    vault.runner.say({ type: 'hello', runs: [run.run] });
    await untilTrue('another grant', () => door.grants.length === 2);
    assert.ok((await door.ask(openai)).uses > 0);
  },
);

/** What the hub says, and what a door may use then of two. */
const TAKES: Readonly<Record<string, { readonly word: object; readonly left: boolean }>> = {
  'a pause': { word: { type: 'stop' }, left: false },
  'the deletion of the Space': { word: { type: 'forget' }, left: false },
  'the deletion of one secret': { word: { type: 'delete', name: 'OPENAI_API_KEY' }, left: true },
};

for (const [what, { word, left }] of Object.entries(TAKES))
  void test(`${what} is told to the door at once`, LIMIT, async () => {
    await using vault = await openTestVault();
    const { space, door, openai, anthropic } = await openDoor(vault);
    const other = await openDoor(vault);
    vault.hub.say({ ...word, id: 900, space, by: BY });
    assert.deepEqual(door.versions, left ? [anthropic] : []);
    assert.equal((await door.ask(openai)).uses, 0);
    assert.equal((await door.ask(anthropic, 'api.anthropic.com')).uses > 0, left);
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 900);
    assert.ok((await other.door.ask(other.openai)).uses > 0, 'and takes nothing from another Space');
  });

void test('what has expired is allowed to no door from then on, and to no run', LIMIT, async () => {
  const clock = movedClock();
  await using vault = await openTestVault({ clock });
  const expiresAt = new Date(Date.now() + 600_000).toISOString();
  const { space, door, openai, anthropic } = await openDoor(vault, { expiresAt });
  clock.passed = 600_000;
  assert.equal((await door.ask(openai)).uses, 0, 'before it is told so');
  const began = performance.now();
  await untilTrue('the door is told', () => !door.versions.includes(openai));
  assert.ok(performance.now() - began < 1_500);
  assert.deepEqual(door.versions, [anthropic]);
  const { variables } = await startRun(vault, space);
  assert.deepEqual(Object.keys(variables), ['ANTHROPIC_API_KEY']);
});

void test('the value before one that has expired is given to nobody', LIMIT, async () => {
  const clock = movedClock();
  await using vault = await openTestVault({ clock });
  const space = id();
  await vault.write(space, { key: 'PLAIN', value: 'first' });
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  await vault.write(space, { key: 'PLAIN', value: 'second', expiresAt, overlapSeconds: 600 });
  clock.passed = 60_000;
  assert.deepEqual((await startRun(vault, space)).variables, {});
});

void test(
  'in an overlap the door gets the new value under the placeholder that the app has',
  LIMIT,
  async () => {
    const clock = movedClock();
    await using vault = await openTestVault({ clock });
    const { space, run, door, openai } = await openDoor(vault);
    const answer = await vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
    const next = answer.type === 'done' ? answer.secrets[0]?.id : undefined;
    assert.ok(next !== undefined);
    assert.equal(door.grants.length, 2);
    const granted = door.grants[1]?.find((one) => one.name === 'OPENAI_API_KEY');
    assert.deepEqual(
      [granted?.version, granted?.value.toString(), granted?.placeholder],
      [next, NEXT, run.variables['OPENAI_API_KEY']],
    );
    assert.ok((await door.ask(next)).uses > 0);
    assert.equal((await door.ask(openai)).uses, 0, 'what is replaced in a door is not used any more');
    clock.passed = 601_000;
    assert.ok((await door.ask(next)).uses > 0);
    const later = new PlayedDoor(vault, await startRun(vault, space));
    await untilTrue('the later grant', () => later.grants.length === 1);
    const values = later.grants[0]?.map(({ value }) => value.toString()) ?? [];
    assert.deepEqual([values.includes(NEXT), values.includes(OPENAI)], [true, false]);
  },
);

void test('in an overlap what is under way with the value before goes on until its end', LIMIT, async () => {
  const clock = movedClock();
  await using vault = await openTestVault({ clock });
  const { space, door, openai, anthropic } = await openDoor(vault);
  const answer = await vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
  const next = answer.type === 'done' ? (answer.secrets[0]?.id ?? '') : '';
  assert.deepEqual(door.lastingOfGrants, [[], [openai]], 'it is not cut by the grant');
  const words = door.words.length;
  await untilTrue('the door is told twice more', () => door.words.length >= words + 2);
  assert.deepEqual([new Set(door.versions), door.lasting], [new Set([next, anthropic]), [openai]]);
  clock.passed = 600_000;
  const began = performance.now();
  await untilTrue('it is cut', () => door.lasting.length === 0);
  assert.ok(performance.now() - began < 1_500);
  assert.deepEqual(new Set(door.versions), new Set([next, anthropic]));
});

void test('a value that is replaced without an overlap, or twice, is cut at once', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, door, openai } = await openDoor(vault);
  const set = async (value: string, overlapSeconds: number): Promise<string> => {
    const answer = await vault.write(space, { key: 'OPENAI_API_KEY', value, overlapSeconds });
    return answer.type === 'done' ? (answer.secrets[0]?.id ?? '') : '';
  };
  const second = await set(NEXT, 600);
  assert.deepEqual(door.lastingOfGrants.at(-1), [openai]);
  const third = await set(OPENAI, 600);
  assert.deepEqual(door.lastingOfGrants.at(-1), [second], 'the first has had its time');
  const fourth = await set(NEXT, 0);
  assert.deepEqual(door.lastingOfGrants.at(-1), []);
  assert.equal(
    door.grants.at(-1)?.some(({ version }) => version === fourth),
    true,
  );
  const words = door.words.length;
  await untilTrue('the door is told', () => door.words.length > words);
  assert.deepEqual([door.lasting, door.versions.includes(third)], [[], false]);
});

void test('the deletion of a secret takes also what lasts of it, at once', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, door, openai, anthropic } = await openDoor(vault);
  await vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
  await untilTrue('it lasts', () => door.lasting.includes(openai));
  vault.hub.say({ type: 'delete', name: 'OPENAI_API_KEY', id: 900, space, by: BY });
  assert.deepEqual([door.versions, door.lasting], [[anthropic], []]);
});

void test('what is granted anew in an overlap cuts nothing that is under way', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, run, door, openai } = await openDoor(vault);
  await vault.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
  vault.operator.say({ type: 'seal', ...OPERATOR });
  assert.deepEqual([door.versions, door.lasting], [[], []]);
  vault.operator.say({ type: 'unseal', ...OPERATOR });
  await vault.operator.until((frame) => frame.type === 'status' && frame.sealed === null);
  vault.runner.say({ type: 'hello', runs: [run.run] });
  await untilTrue('the grant after', () => door.grants.length === 3);
  assert.deepEqual(door.lastingOfGrants.at(-1), [openai]);
});

/** Another vault in the place of one that went, and the door of a run that lives on, with what it is told from then on. */
async function startAnew(first: TestVault, run: TestRun, options: TestVaultOptions = {}) {
  await first.notary.stop();
  const vault = await openTestVault({ ...options, database: first.database, folder: first.folder });
  vault.runner.say({ type: 'hello', runs: [run.run] });
  await vault.runner.until((frame) => frame.type === 'door' && frame.kind === 'grant');
  return { vault, door: new PlayedDoor(vault, run) };
}

void test('an echo of what was replaced is noted also by a vault that was started anew', LIMIT, async () => {
  await using first = await openTestVault();
  const { space, run, openai } = await openDoor(first);
  const answer = await first.write(space, { key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600 });
  const next = answer.type === 'done' ? answer.secrets[0]?.id : undefined;
  const second = await startAnew(first, run);
  await using vault = second.vault;
  assert.deepEqual(second.door.lastingOfGrants, [[openai]]);
  second.door.say({ type: 'echo', version: openai, route: ROUTE });
  await untilTrue('it is noted', async () => (await entriesOf(vault, 'secret.echoed')).length === 1);
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  const last = await startAnew(vault, run);
  await using third = last.vault;
  last.door.say({ type: 'echo', version: openai, route: ROUTE });
  last.door.say({ type: 'echo', version: next, route: ROUTE });
  await untilTrue('all are', async () => (await entriesOf(third, 'secret.echoed')).length === 3);
  const echoed = await entriesOf(third, 'secret.echoed');
  assert.deepEqual(
    echoed.map(({ subject }) => subject),
    [next, openai, openai].map((version) => `secret:${version}`),
    'also of those whose value is destroyed',
  );
});

void test('a vault that was started anew tells on what lasts alone, until its end', LIMIT, async () => {
  const clock = movedClock();
  await using first = await openTestVault({ clock });
  const space = id();
  await first.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  const run = await startRun(first, space);
  const [granted] = new PlayedDoor(first, run).grants[0] ?? [];
  const openai = granted?.version ?? assert.fail('it is granted');
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  await first.write(space, { key: 'OPENAI_API_KEY', value: NEXT, expiresAt, overlapSeconds: 600 });
  clock.passed = 60_000;
  const { vault, door } = await startAnew(first, run, { clock });
  await using _vault = vault;
  assert.deepEqual([door.grants, door.lastingOfGrants], [[[]], [[openai]]]);
  await untilTrue('the door is told twice', () => door.words.length >= 2);
  assert.deepEqual([door.versions, door.lasting], [[], [openai]]);
  assert.equal((await door.ask(openai)).uses, 0);
  clock.passed = 600_000;
  await untilTrue('it is cut', () => door.lasting.length === 0);
});

/** What the database does, and how it is as before. */
const AWAY: Readonly<Record<string, (vault: TestVault) => Promise<AsyncDisposable>>> = {
  'is away': async ({ database }) => {
    await using stack = new AsyncDisposableStack();
    const { pool } = stack.use(openSuperuserPool(database));
    const { user } = database.vault;
    // All tests of a server have one role.
    stack.defer(async () => void (await pool.query(`alter role "${user}" login`)));
    await pool.query(`alter role "${user}" nologin`);
    await pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [user]);
    return stack.move();
  },
  'does not answer': async ({ database }) => {
    await using stack = new AsyncDisposableStack();
    const client = await stack.use(openSuperuserPool(database)).pool.connect();
    stack.defer(async () => {
      await client.query('rollback');
      client.release();
    });
    await client.query('begin; lock table vault.version in access exclusive mode');
    return stack.move();
  },
};

for (const [what, takeAway] of Object.entries(AWAY))
  void test(`while the database ${what}, an overlap ends all the same`, LIMIT, async () => {
    const clock = movedClock();
    await using vault = await openTestVault({ clock });
    const expiresAt = new Date(Date.now() + 900_000).toISOString();
    const { space, door, openai, anthropic } = await openDoor(vault);
    const answer = await vault.write(space, {
      ...{ key: 'OPENAI_API_KEY', value: NEXT, overlapSeconds: 600, expiresAt },
    });
    const next = answer.type === 'done' ? (answer.secrets[0]?.id ?? '') : '';
    await untilTrue('it lasts', () => door.lasting.includes(openai));
    await using _away = await takeAway(vault);
    await delay(1_200);
    const words = door.words.length;
    await delay(1_200);
    assert.equal(door.words.length, words, 'nobody can tell what may be used');
    clock.passed = 601_000;
    // The database is still as it was.
    await untilTrue('it is cut', () => door.lasting.length === 0);
    assert.deepEqual(new Set(door.versions), new Set([next, anthropic]));
    clock.passed = 900_000;
    await untilTrue('what expires is taken as well', () => !door.versions.includes(next));
  });

void test('a door gets back what it overwrote while the database was away for long', LIMIT, async () => {
  const clock = movedClock();
  await using vault = await openTestVault({ clock });
  const { door, openai, anthropic } = await openDoor(vault);
  for (const { passed, grants } of [
    { passed: 5_000, grants: 1 },
    { passed: 60_000, grants: 2 },
  ]) {
    {
      await using _away = await AWAY['is away']?.(vault);
      const { length } = door.words;
      await delay(1_200);
      assert.ok(door.words.length - length < 2, 'nobody tells it anything');
      clock.passed = passed;
    }
    const { length } = door.words;
    await untilTrue('it is told again', () => door.words.length > length + 1);
    await untilTrue('what it needs is granted', () => door.grants.length >= grants);
    assert.equal(door.grants.length, grants);
  }
  const given = door.grants.at(-1)?.map(({ version, value }) => [version, value.length > 0]);
  assert.deepEqual(
    new Map(given as [string, boolean][]),
    new Map([
      [openai, true],
      [anthropic, true],
    ]),
  );
  assert.ok((await door.ask(openai)).uses > 0);
});
