// A database that was put back does not bring back what was deleted or replaced since: the vault's journal, which lies with the keys,
// says what is gone, and the vault destroys it before it hands anything over.
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { sql } from 'kysely';
import { EntrySearch } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { openScratch } from '../../harness/scratch.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { BY, id, openTestVault, type TestVault } from '../../harness/vault.ts';

const LIMIT = { timeout: 120_000 };
const RESTORED = { acceptLoss: false, restored: true };
const ACCEPTED = { acceptLoss: true, restored: true };

async function namesOf(vault: TestVault, space: string): Promise<string[]> {
  const call = 1_000 + vault.hub.frames.length;
  vault.hub.say({ type: 'list', id: call, space });
  const answer = await vault.hub.until((frame) => frame.type !== 'state' && frame.id === call);
  assert.ok(answer.type === 'done');
  return answer.secrets.map(({ name }) => name);
}

async function remove(vault: TestVault, space: string, name: string): Promise<string> {
  const call = 1_000 + vault.hub.frames.length;
  vault.hub.say({ type: 'delete', id: call, space, name, by: BY });
  return (await vault.hub.until((frame) => frame.type !== 'state' && frame.id === call)).type;
}

async function kindsOf({ db }: TestDatabase): Promise<string[]> {
  const { items } = await new EntrySearch(db).list({ kind: 'secret.' }, { limit: 100 });
  return items.map((item) => item.kind).toReversed();
}

/** What the vault says of itself. */
function stateOf({ hub }: TestVault): string | null {
  const state = hub.frames.findLast((frame) => frame.type === 'state');
  assert.ok(state?.type === 'state');
  return state.sealed;
}

/** A copy of a test's database, to which nobody may be connected but through its own handle, which is closed for it. */
async function backUp(database: TestDatabase): Promise<TestDatabase> {
  await database.db[Symbol.asyncDispose]();
  return await openTestDatabase(database);
}

void test('what was deleted after a backup is gone from it, and nothing else is', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const folder = scratch.path;
  const [space, other] = [id(), id()];
  {
    await using vault = await openTestVault({ database, folder });
    // Refused, and noted all the same: it must not take what is set after it.
    assert.equal(await remove(vault, space, 'KEPT'), 'refused');
    await vault.write(space, { key: 'AGAIN', value: 'first' });
    assert.equal(await remove(vault, space, 'AGAIN'), 'done');
    for (const key of ['KEPT', 'AGAIN', 'GONE']) await vault.write(space, { key, value: 'a value' });
    await vault.write(other, { key: 'OTHER', value: 'a value' });
  }
  await using backup = await backUp(database);
  {
    await using today = await openTestDatabase(database);
    await using vault = await openTestVault({ database: today, folder });
    assert.deepEqual(await namesOf(vault, space), ['AGAIN', 'GONE', 'KEPT']);
    assert.equal(await remove(vault, space, 'GONE'), 'done');
    vault.hub.say({ type: 'forget', id: 5_000, space: other, by: BY });
    await vault.hub.until((frame) => frame.type === 'done' && frame.id === 5_000);
  }
  await using vault = await openTestVault({ database: backup, folder, start: RESTORED });
  assert.match(stateOf(vault) ?? '', /came out of a backup/);
  assert.deepEqual(await namesOf(vault, space), ['AGAIN', 'KEPT'], 'before anybody accepted anything');
  assert.deepEqual(await namesOf(vault, other), []);
  await using superuser = openSuperuserPool(backup);
  const { rows } = await superuser.pool.query(`select name from vault.version where value is not null`);
  assert.equal(rows.length, 2, 'their bytes are not there either');
});

void test('a deletion that was the last act is not overlooked', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const folder = scratch.path;
  const space = id();
  {
    await using vault = await openTestVault({ database, folder });
    await vault.write(space, { key: 'GONE', value: 'a value' });
  }
  await using backup = await backUp(database);
  {
    await using today = await openTestDatabase(database);
    await using vault = await openTestVault({ database: today, folder });
    assert.equal(await remove(vault, space, 'GONE'), 'done');
  }
  // Somebody put the database back by hand: nothing says so, and no line of the journal says that the deletion stands.
  await using vault = await openTestVault({ database: backup, folder });
  assert.deepEqual(await namesOf(vault, space), []);
  assert.deepEqual(await kindsOf(backup), [
    'secret.root-named',
    'secret.set',
    'secret.caught-up',
    'secret.deleted',
  ]);
});

void test('what a database that was put back has again is destroyed with its key', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const folder = scratch.path;
  const [space, emptied] = [id(), id()];
  {
    await using vault = await openTestVault({ database, folder });
    for (const key of ['KEPT', 'GONE']) await vault.write(space, { key, value: 'a value' });
    await vault.write(emptied, { key: 'GONE', value: 'a value' });
  }
  await using backup = await backUp(database);
  {
    await using today = await openTestDatabase(database);
    await using vault = await openTestVault({ database: today, folder });
    for (const one of [space, emptied]) assert.equal(await remove(vault, one, 'GONE'), 'done');
  }
  await using superuser = openSuperuserPool(backup);
  const keys = async () =>
    (await superuser.pool.query('select space, wrapped, renew_since from vault.space_key')).rows as {
      readonly space: string;
      readonly wrapped: Buffer;
      readonly renew_since: Date | null;
    }[];
  const [before] = (await keys()).filter((key) => key.space === space);
  await using vault = await openTestVault({ database: backup, folder });
  assert.deepEqual(
    (await keys()).map((key) => [key.space, key.renew_since !== null]),
    [[space, true]],
    'where nothing is left there is no key',
  );
  await vault.sweep();
  const [after] = await keys();
  assert.equal(after?.renew_since, null);
  assert.notDeepEqual(after?.wrapped, before?.wrapped);
  assert.deepEqual(await namesOf(vault, space), ['KEPT']);
});

void test(
  'a value that was replaced after a backup is destroyed once the loss is accepted',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('vault');
    const folder = scratch.path;
    const space = id();
    {
      await using vault = await openTestVault({ database, folder });
      for (const key of ['KEPT', 'REPLACED']) await vault.write(space, { key, value: 'a value' });
    }
    await using backup = await backUp(database);
    {
      await using today = await openTestDatabase(database);
      await using vault = await openTestVault({ database: today, folder });
      await vault.write(space, { key: 'REPLACED', value: 'another' });
      await vault.write(space, { key: 'NEW', value: 'a value' });
    }
    {
      await using vault = await openTestVault({ database: backup, folder, start: RESTORED });
      assert.deepEqual(await namesOf(vault, space), ['KEPT', 'REPLACED']);
      const refused = await vault.write(space, { key: 'MORE', value: 'a value' });
      assert.equal(refused.type === 'refused' && refused.why.code, 'sealed');
    }
    {
      await using vault = await openTestVault({ database: backup, folder, start: ACCEPTED });
      assert.equal(stateOf(vault), null);
      assert.deepEqual(await namesOf(vault, space), ['KEPT']);
    }
    await using vault = await openTestVault({ database: backup, folder });
    assert.equal(stateOf(vault), null, 'what was accepted is not asked again');
    assert.equal((await vault.write(space, { key: 'MORE', value: 'a value' })).type, 'done');
  },
);

void test('keys from before the database seal the vault until that is accepted', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const folder = scratch.path;
  const space = id();
  const [journal, copy] = ['journal.jsonl', 'older.jsonl'].map((name) => path.join(folder, name)) as [
    string,
    string,
  ];
  {
    await using vault = await openTestVault({ database, folder });
    await vault.write(space, { key: 'FIRST', value: 'a value' });
    await copyFile(journal, copy);
    await vault.write(space, { key: 'SECOND', value: 'a value' });
  }
  await copyFile(copy, journal);
  {
    await using vault = await openTestVault({ database, folder });
    assert.match(stateOf(vault) ?? '', /journal ends at 4, and the ledger knows of 5/);
  }
  await using vault = await openTestVault({ database, folder, start: { acceptLoss: true, restored: false } });
  assert.equal(stateOf(vault), null);
  assert.deepEqual(await namesOf(vault, space), ['FIRST', 'SECOND']);
  const { rows } = await sql<{ n: number }>`
    select max((body::jsonb #>> '{journal,n}')::bigint) as n from ledger.entry`.execute(
    database.db.withTables(),
  );
  assert.equal(rows[0]?.n, 6, 'numbers go on and none is used twice');
});
