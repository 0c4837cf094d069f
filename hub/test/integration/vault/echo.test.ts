// A brokered value that came back in an answer is in the app's hands: so says who holds it, until the run ends; and uses that no
// door has told of count as made.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { PlayedDoor, ROUTE, untilTrue } from '../../harness/vault-doors.ts';
import { id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

async function brokered(vault: TestVault) {
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  const run = await startRun(vault, space);
  const door = new PlayedDoor(vault, run);
  const version = door.grants[0]?.[0]?.version ?? '';
  return { space, run: run.run, started: run, door, version };
}

let calls = 1_000;

async function listed(vault: TestVault, space: string) {
  calls += 1;
  const call = calls;
  vault.hub.say({ type: 'list', id: call, space });
  const answer = await vault.hub.until((frame) => frame.type === 'done' && frame.id === call);
  assert.ok(answer.type === 'done');
  return answer.secrets[0];
}

async function told(vault: TestVault, kind: string, count: number): Promise<void> {
  await untilTrue(kind, async () => (await entriesOf(vault, kind)).length >= count);
}

void test(
  'an echo has the app hold the value until its run ends, and stays said of the version',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { space, run, door, version } = await brokered(vault);
    assert.equal((await listed(vault, space))?.echoedAt, null);
    door.say({ type: 'echo', version, route: ROUTE });
    door.say({ type: 'echo', version, route: { ...ROUTE, method: 'GET' } });
    await told(vault, 'secret.echoed', 2);
    assert.ok((await listed(vault, space))?.echoedAt);
    vault.runner.say({ type: 'ended', run });
    await told(vault, 'secret.ended', 2);
    const ended = await entriesOf(vault, 'secret.ended');
    assert.deepEqual(
      new Set(ended.map(({ body, subject }) => `${subject} ${String(body['holder'])}`)),
      new Set([`secret:${version} door`, `secret:${version} sandbox`]),
    );
    assert.equal((await entriesOf(vault, 'secret.run-forged')).length, 0, 'its tag covers what it holds now');
    await vault.write(space, { key: 'OPENAI_API_KEY', value: `${OPENAI}x` });
    assert.equal((await listed(vault, space))?.echoedAt, null, 'another value was not seen');
  },
);

void test('an echo that is seen while the database is away is said once it is back', LIMIT, async () => {
  await using vault = await openTestVault();
  const { run, door, version } = await brokered(vault);
  await using superuser = openSuperuserPool(vault.database);
  const role = `"${vault.database.vault.user}"`;
  await superuser.pool.query(`alter role ${role} nologin`);
  await superuser.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
    vault.database.vault.user,
  ]);
  door.say({ type: 'echo', version, route: ROUTE });
  await untilTrue('it could not be recorded', () =>
    Promise.resolve(vault.lines.some((line) => line.includes('owed to the ledger'))),
  );
  await superuser.pool.query(`alter role ${role} login`);
  await told(vault, 'secret.echoed', 1);
  const [echoed] = await entriesOf(vault, 'secret.echoed');
  assert.deepEqual([echoed?.subject, echoed?.body['run']], [`secret:${version}`, run]);
});

void test(
  'an echo is said also where somebody changed in the database what its run holds',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { run, door, version } = await brokered(vault);
    await using superuser = openSuperuserPool(vault.database);
    await superuser.pool.query(`update vault.held set placeholder = 'x' where run = $1`, [run]);
    door.say({ type: 'echo', version, route: ROUTE });
    await told(vault, 'secret.echoed', 1);
    const [echoed] = await entriesOf(vault, 'secret.echoed');
    assert.equal(echoed?.subject, `secret:${version}`);
    await told(vault, 'secret.run-forged', 1);
    const [forged] = await entriesOf(vault, 'secret.run-forged');
    assert.equal(forged?.body['run'], run);
  },
);

void test('a pause leaves what came back in the hands of the app', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, run, door, version } = await brokered(vault);
  door.say({ type: 'echo', version, route: ROUTE });
  await told(vault, 'secret.echoed', 1);
  vault.hub.say({ type: 'stop', id: 900, space, by: { actor: 'system:x', credential: '', personal: {} } });
  await told(vault, 'secret.ended', 1);
  vault.runner.say({ type: 'ended', run });
  await told(vault, 'secret.ended', 2);
  const holders = (await entriesOf(vault, 'secret.ended')).map(({ body }) => body['holder']);
  assert.deepEqual(holders, ['sandbox', 'door'], 'the newest first');
});

void test('a value that comes back after it was replaced is noted as well', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, door, version } = await brokered(vault);
  await vault.write(space, { key: 'OPENAI_API_KEY', value: `${OPENAI}x`, overlapSeconds: 60 });
  door.say({ type: 'echo', version: id(), route: ROUTE });
  door.say({ type: 'echo', version, route: ROUTE });
  await told(vault, 'secret.echoed', 1);
  assert.deepEqual(
    (await entriesOf(vault, 'secret.echoed')).map(({ subject }) => subject),
    [`secret:${version}`],
    'and no other',
  );
});

void test(
  'uses that a killed door has not told of count, and those that it told of do not count twice',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { space, run, door, version } = await brokered(vault);
    const [first, second] = [await door.ask(version), await door.ask(version)];
    assert.ok((await listed(vault, space))?.lastUsedAt, 'from the moment on from which it may be used');
    door.say({ type: 'used', ask: first.ask, uses: 7 });
    door.say({ type: 'used', ask: first.ask, uses: 7 });
    // What was said before the end is heard, although the end takes all access away at once.
    vault.runner.say({ type: 'ended', run });
    await told(vault, 'secret.ended', 1);
    const used = await entriesOf(vault, 'secret.used');
    assert.deepEqual(
      used.map(({ body }) => [body['uses'], body['unclosed']]),
      [
        [undefined, second.uses],
        [7, undefined],
      ],
    );
    assert.equal((await listed(vault, space))?.uses, 7 + second.uses);
  },
);

void test(
  'an app that spends what its door may say cannot keep an echo from being heard',
  LIMIT,
  async () => {
    // Time stands still, so that it may say nothing more.
    const at = new Date();
    await using vault = await openTestVault({ clock: { now: () => at } });
    const { space, door, version } = await brokered(vault);
    for (let n = 0; n < 450; n += 1)
      door.say({ type: 'misplaced', version, host: 'api.openai.com', where: `header x-${n}`, count: 1 });
    door.say({ type: 'echo', version, route: ROUTE });
    await told(vault, 'secret.echoed', 1);
    assert.ok((await listed(vault, space))?.echoedAt);
  },
);

void test('uses of a door that a sealed vault does not hear count when its run ends', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, run, door, version } = await brokered(vault);
  const { ask, uses } = await door.ask(version);
  vault.operator.say({ type: 'seal', ...OPERATOR });
  await vault.operator.until(({ type }) => type === 'status');
  door.say({ type: 'used', ask, uses: 3 });
  vault.runner.say({ type: 'ended', run });
  await told(vault, 'secret.ended', 1);
  assert.deepEqual(
    (await entriesOf(vault, 'secret.used')).map(({ body }) => body['unclosed']),
    [uses],
  );
  assert.equal((await listed(vault, space))?.uses, uses);
});

void test(
  'a vault that was started anew knows what doors have not told of, and takes it when they do',
  LIMIT,
  async () => {
    await using first = await openTestVault();
    const { run, started, door, version, space } = await brokered(first);
    const [told1, left] = [await door.ask(version), await door.ask(version)];
    await first.notary.stop();
    await using second = await openTestVault({ database: first.database, folder: first.folder });
    second.runner.say({ type: 'hello', runs: [run] });
    await second.runner.until((one) => one.type === 'door' && one.kind === 'grant');
    new PlayedDoor(second, started).say({ type: 'used', ask: told1.ask, uses: 2 });
    await told(second, 'secret.used', 1);
    second.runner.say({ type: 'hello', runs: [] });
    await told(second, 'secret.used', 2);
    assert.deepEqual((await entriesOf(second, 'secret.used'))[0]?.body['unclosed'], left.uses);
    assert.equal((await listed(second, space))?.uses, 2 + left.uses);
  },
);

void test(
  'of an end that comes before what its door said, neither counts twice nor allows',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { space, run, door, version } = await brokered(vault);
    const { ask } = await door.ask(version);
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
      and query ~ 'vault.*lease'`;
    const endWhileItWaits = async (end: string, say: () => void): Promise<void> => {
      await using superuser = openSuperuserPool(vault.database);
      await superuser.pool.query('begin');
      await superuser.pool.query(end, [run]);
      say();
      await untilTrue('the word waits', async () => {
        // Within a transaction it would be told once more what it saw first.
        await superuser.pool.query('select pg_stat_clear_snapshot()');
        return (await superuser.pool.query(waits)).rows.length > 0;
      });
      await superuser.pool.query('commit');
    };
    // As the end of the run does on the way of a runner that greets.
    await endWhileItWaits('delete from vault.lease where run = $1', () => {
      door.say({ type: 'used', ask, uses: 7 });
    });
    let second: ReturnType<PlayedDoor['ask']> | undefined;
    await endWhileItWaits('update vault.run set ended_at = now() where run = $1', () => {
      second = door.ask(version);
    });
    assert.equal((await second)?.why, 'the run has ended');
    // What the app had seen by then is said all the same, and nobody is accused of having changed rows.
    door.say({ type: 'echo', version, route: ROUTE });
    await told(vault, 'secret.echoed', 1);
    assert.equal((await entriesOf(vault, 'secret.run-forged')).length, 0);
    assert.equal((await entriesOf(vault, 'secret.used')).length, 0);
    assert.equal((await entriesOf(vault, 'secret.lease')).length, 1);
    assert.equal((await listed(vault, space))?.uses, 0);
  },
);

void test('a run that ends while a value is replaced takes it from no other', LIMIT, async () => {
  await using vault = await openTestVault();
  const { space, run, door } = await brokered(vault);
  const other = new PlayedDoor(vault, await startRun(vault, space));
  await using superuser = openSuperuserPool(vault.database);
  await superuser.pool.query('update vault.run set ended_at = now() where run = $1', [run]);
  await vault.write(space, { key: 'OPENAI_API_KEY', value: `${OPENAI}x`, overlapSeconds: 60 });
  const last = (): string | undefined => other.grants.at(-1)?.[0]?.value.toString();
  await untilTrue('the other door has the new value', () => last() === `${OPENAI}x`);
  // A grant says what may be used until the vault's first word does.
  await untilTrue('the other door may go on', () => other.versions.length === 1);
  await untilTrue('the door of the ended run may use nothing', () => door.versions.length === 0);
});
