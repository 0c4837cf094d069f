// What a run possesses is what the ledger says: whatever is said meanwhile, whatever is changed in the database, and wherever the
// vault was when it ended.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Journal } from '@holdfast/vault/journal';
import { openTestDatabase } from '../../harness/database.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { untilTrue } from '../../harness/vault-doors.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';
import { entriesOf, startRun } from '../../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };
const OPENAI = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
const OPERATOR = { operator: { osUser: 'root', terminal: null, command: 'vault' }, passphrase: null };

async function until(vault: TestVault, kind: string, count: number): Promise<void> {
  await untilTrue(
    `there are ${count} of ${kind}`,
    async () => (await entriesOf(vault, kind)).length >= count,
  );
}

async function both(vault: TestVault): Promise<string> {
  const space = id();
  await vault.write(space, { key: 'OPENAI_API_KEY', value: OPENAI });
  await vault.write(space, { key: 'PLAIN', value: 'a plain value' });
  return space;
}

async function sql(vault: TestVault, text: string): Promise<Record<string, unknown>[]> {
  await using behind = openSuperuserPool(vault.database);
  return (await behind.pool.query(text)).rows as Record<string, unknown>[];
}

/** What is said while a release waits for the notary. */
const MEANWHILE: Readonly<Record<string, (vault: TestVault, run: string, space: string) => void>> = {
  'the end of the run': (vault, run) => vault.runner.say({ type: 'ended', run }),
  'a pause of the Space': (vault, _run, space) => vault.hub.say({ type: 'stop', id: 900, space, by: BY }),
  'a deletion': (vault, _run, space) =>
    vault.hub.say({ type: 'delete', id: 900, space, name: 'OPENAI_API_KEY', by: BY }),
  'the sealing of the vault': (vault) => vault.operator.say({ type: 'seal', ...OPERATOR }),
};

for (const [name, say] of Object.entries(MEANWHILE))
  void test(`${name} that meets a release wins: nobody gets anything for it`, LIMIT, async () => {
    await using vault = await openTestVault();
    const space = await both(vault);
    const run = id();
    const ticket = await vault.ticket(space, run);
    await vault.notary.finish();
    const starting = startRun(vault, space, { run, ticket });
    await until(vault, 'secret.released', 2);
    say(vault, run, space);
    await delay(100);
    vault.notary.goOn();
    const { answer } = await starting;
    assert.equal(answer.type, 'refused');
    assert.ok(!vault.runner.frames.some(({ type }) => type === 'door'), 'no door was granted anything');
    // A pause ends at once what doors hold.
    const isPause = name.startsWith('a pause');
    await until(vault, 'secret.aborted', isPause ? 1 : 2);
    assert.equal((await entriesOf(vault, 'secret.ended')).length, isPause ? 1 : 0);
  });

void test(
  'a pause ends what the door holds at once, and what the app holds with the app',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = await both(vault);
    const { run, answer } = await startRun(vault, space);
    assert.equal(answer.type, 'released');
    vault.hub.say({ type: 'stop', id: 900, space, by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 900);
    assert.deepEqual(
      (await entriesOf(vault, 'secret.ended')).map(({ body }) => [body['run'], body['holder'], body['why']]),
      [[run, 'door', 'stopped']],
    );
    vault.runner.say({ type: 'ended', run });
    await until(vault, 'secret.ended', 2);
    assert.equal((await entriesOf(vault, 'secret.ended'))[0]?.body['holder'], 'sandbox');
  },
);

/** What somebody who writes the database does to a run that lives. */
const FORGED: Readonly<Record<string, (run: string, version: string) => string>> = {
  'another door': (run) => `update vault.run set door = repeat('A', 43) where run = '${run}'`,
  'another Space': (run) => `update vault.run set space = '0123456789abcdef01234567' where run = '${run}'`,
  'a version of another Space': (run, version) =>
    `insert into vault.held (run, version, holder, placeholder) values ('${run}', '${version}', 'door', 'x')`,
  'one version less': (run) => `delete from vault.held where run = '${run}' and holder = 'sandbox'`,
  'another placeholder': (run) => `update vault.held set placeholder = 'x' where run = '${run}'`,
  'a run that never was': (run, version) =>
    `delete from vault.held where run = '${run}'; delete from vault.run where run = '${run}';
     insert into vault.run (run, space, instance, door) values ('${run}', 'x', 'test', repeat('A', 43));
     insert into vault.held (run, version, holder, placeholder) values ('${run}', '${version}', 'door', 'x')`,
};

for (const [name, change] of Object.entries(FORGED))
  void test(`rows of a run that were changed are granted nothing, and reported: ${name}`, LIMIT, async () => {
    await using first = await openTestVault();
    const [space, other] = [await both(first), await both(first)];
    const { run } = await startRun(first, space);
    await startRun(first, other);
    const [row] = await sql(
      first,
      `select id from vault.version where space = '${other}' and way = 'brokered'`,
    );
    await sql(first, change(run, String(row?.['id'])));
    await first.notary.stop();
    await using second = await openTestVault({ database: first.database, folder: first.folder });
    second.runner.say({ type: 'hello', runs: [run] });
    await until(second, 'secret.run-forged', 1);
    await delay(300);
    assert.ok(!second.runner.frames.some(({ type }) => type === 'door'), 'no door was granted anything');
  });

void test('a runner that greets while the database is away is heard once it is back', LIMIT, async () => {
  await using first = await openTestVault();
  const living = await startRun(first, await both(first));
  await startRun(first, await both(first));
  await first.notary.stop();
  await using second = await openTestVault({ database: first.database, folder: first.folder });
  await sql(first, 'alter table vault.run rename to gone');
  second.runner.say({ type: 'hello', runs: [living.run] });
  await untilTrue('it is told', () => second.lines.some((line) => line.includes('it is tried again')));
  await sql(first, 'alter table vault.gone rename to run');
  await until(second, 'secret.ended', 2);
  const grant = await second.runner.until((one) => one.type === 'door' && one.kind === 'grant');
  assert.equal(grant.type === 'door' && grant.run, living.run);
  assert.ok((await entriesOf(second, 'secret.ended')).every(({ body }) => body['run'] !== living.run));
});

void test(
  'an end that the database could not take is recorded once it can be, and nothing looks forged',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const { run } = await startRun(vault, await both(vault));
    {
      await using behind = openSuperuserPool(vault.database);
      const client = await behind.pool.connect();
      await client.query('begin; lock table vault.run in exclusive mode');
      vault.runner.say({ type: 'ended', run });
      // Away in the middle of it, as when the server is killed.
      const sever = `select pg_terminate_backend(pid) from pg_locks where not granted and relation = 'vault.run'::regclass`;
      await untilTrue('it is cut off', async () => (await client.query(sever)).rows.length > 0);
      await client.query('rollback');
      client.release();
    }
    await until(vault, 'secret.ended', 2);
    assert.ok(
      vault.lines.some((line) => line.includes('it is tried again')),
      'it went wrong once',
    );
    vault.runner.say({ type: 'ended', run });
    await delay(200);
    assert.equal((await entriesOf(vault, 'secret.ended')).length, 2);
    assert.equal((await entriesOf(vault, 'secret.run-forged')).length, 0);
  },
);

void test('a pause that meets the end of a run ends each possession once', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = await both(vault);
  const { run } = await startRun(vault, space);
  {
    await using behind = openSuperuserPool(vault.database);
    const client = await behind.pool.connect();
    await client.query('begin; lock table vault.held in exclusive mode');
    vault.hub.say({ type: 'stop', id: 900, space, by: BY });
    const waits = `select 1 from pg_locks where not granted and relation = 'vault.held'::regclass`;
    await untilTrue('the pause waits', async () => (await client.query(waits)).rows.length > 0);
    vault.runner.say({ type: 'ended', run });
    await delay(300);
    await client.query('rollback');
    client.release();
  }
  await until(vault, 'secret.ended', 2);
  await delay(300);
  const holders = (await entriesOf(vault, 'secret.ended')).map(({ body }) => body['holder']);
  assert.deepEqual([holders.length, new Set(holders)], [2, new Set(['door', 'sandbox'])]);
});

void test('a run whose row was taken out is reported when it ends', LIMIT, async () => {
  await using vault = await openTestVault();
  const { run } = await startRun(vault, await both(vault));
  await sql(vault, `delete from vault.held; delete from vault.run`);
  vault.runner.say({ type: 'ended', run });
  await until(vault, 'secret.run-forged', 1);
  vault.runner.say({ type: 'ended', run: id() });
  await delay(200);
  assert.equal((await entriesOf(vault, 'secret.run-forged')).length, 1, 'one that never was is nothing');
});

void test('an act that the vault noted and did not live to do is said at the next start', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const options = { database, folder: scratch.path };
  {
    await using vault = await openTestVault(options);
    await both(vault);
  }
  {
    await using journal = await Journal.open(path.join(scratch.path, 'journal.jsonl'));
    assert.deepEqual(journal.end.open, []);
    await journal.note({ act: 'release', run: id() });
  }
  for (const expected of [1, 1]) {
    await using vault = await openTestVault(options);
    const said = await entriesOf(vault, 'secret.broken-off');
    assert.equal(said.length, expected, 'and once');
    assert.deepEqual(said[0]?.body['lines'], [7]);
  }
});

void test('a database that lacks nothing but the last act is seen', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const options = { database, folder: scratch.path };
  {
    await using vault = await openTestVault(options);
    await both(vault);
    await sql(
      vault,
      `begin; set local session_replication_role = replica;
       delete from ledger.entry where hash = (select hash from ledger.entry where kind = 'secret.set' order by at desc limit 1); commit`,
    );
  }
  await using vault = await openTestVault(options);
  const state = vault.hub.frames.find((frame) => frame.type === 'state');
  assert.match((state?.type === 'state' && state.sealed) || '', /ends before what the vault did/);
});

async function ciphertexts(vault: TestVault, name: string): Promise<readonly unknown[]> {
  const rows = await sql(vault, `select value from vault.version where name = '${name}' order by n`);
  return rows.map(({ value }) => (value === null ? null : Buffer.from(value as Buffer).toString('hex')));
}

void test('replacing and rotating give a Space another key, and leave no value behind', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = await both(vault);
  const [first] = await ciphertexts(vault, 'OPENAI_API_KEY');
  await vault.write(space, { key: 'PLAIN', value: 'another value' });
  const [second] = await ciphertexts(vault, 'OPENAI_API_KEY');
  assert.notEqual(second, first, 'what is left is under another key');
  assert.deepEqual((await ciphertexts(vault, 'PLAIN'))[0], null, 'and what was replaced is gone');
  vault.operator.say({ type: 'rotate', ...OPERATOR });
  await vault.operator.until(({ type }) => type === 'status');
  assert.notEqual((await ciphertexts(vault, 'OPENAI_API_KEY'))[0], second);
  const { run, variables } = await startRun(vault, space);
  assert.equal(variables['PLAIN'], 'another value');
  // A door that lives is granted the next value although its others are under another key by now.
  const grants = () => vault.runner.frames.filter((frame) => frame.type === 'door' && frame.kind === 'grant');
  await vault.write(space, { key: 'SECOND', value: `${OPENAI}x` });
  const before = grants().length;
  await vault.write(space, { key: 'OPENAI_API_KEY', value: `${OPENAI}y`, overlapSeconds: 60 });
  assert.equal(grants().length, before + 1);
  assert.ok(grants().every((frame) => frame.type === 'door' && frame.run === run));
});

void test('a replacement that fails leaves the value before', LIMIT, async () => {
  await using vault = await openTestVault();
  const space = await both(vault);
  await sql(
    vault,
    `create function vault.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
     create trigger refuse before insert on vault.version for each row execute function vault.refuse()`,
  );
  const answer = await vault.write(space, { key: 'PLAIN', value: 'another value' });
  assert.ok(answer.type === 'refused' && answer.why.code === 'unsure');
  assert.equal((await startRun(vault, space)).variables['PLAIN'], 'a plain value');
});

void test(
  'a version whose overlap is over is destroyed, with the key that could read it',
  LIMIT,
  async () => {
    await using vault = await openTestVault();
    const space = await both(vault);
    await vault.write(space, { key: 'PLAIN', value: 'another value', overlapSeconds: 600 });
    assert.equal(await vault.sweep(), 0, 'not before');
    const [left] = await ciphertexts(vault, 'OPENAI_API_KEY');
    await sql(vault, 'update vault.version set live_until = clock_timestamp() where live_until is not null');
    assert.equal(await vault.sweep(), 1);
    assert.equal(await vault.sweep(), 0);
    assert.equal((await ciphertexts(vault, 'PLAIN'))[0], null);
    assert.notEqual((await ciphertexts(vault, 'OPENAI_API_KEY'))[0], left);
    const deleted = await entriesOf(vault, 'secret.deleted');
    assert.deepEqual([deleted.length, deleted[0]?.body['with']], [1, 'overlap']);
    assert.equal((await startRun(vault, space)).variables['PLAIN'], 'another value');
  },
);
