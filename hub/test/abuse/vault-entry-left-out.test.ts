// An act of the vault that is taken off the ledger before the notary has ordered it, with the row that counts its lane set back, leaves
// no gap in the tree, the lanes or the chains. The acts after it tell: each says how many before it stand on the ledger.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { type Pool } from 'pg';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { keyOf, runVerifier, writeExport, type Verdict } from '../harness/ledger-files.ts';
import { openTestNotary } from '../harness/notary.ts';
import { openScratch } from '../harness/scratch.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { id, openTestVault, type TestVault } from '../harness/vault.ts';
import { PlayedDoor } from '../harness/vault-doors.ts';
import { entriesOf, startRun } from '../harness/vault-runs.ts';

const LIMIT = { timeout: 120_000 };

async function asSuperuser(database: TestDatabase, statements: readonly string[]): Promise<void> {
  await using superuser = openSuperuserPool(database);
  for (const table of ['ledger.entry', 'ledger.lane'])
    await superuser.pool.query(`alter table ${table} disable trigger all`);
  for (const statement of statements) await run(superuser.pool, statement);
  for (const table of ['ledger.entry', 'ledger.lane'])
    await superuser.pool.query(`alter table ${table} enable trigger all`);
}

async function run(pool: Pool, statement: string): Promise<void> {
  const { rowCount } = await pool.query(statement);
  assert.ok((rowCount ?? 0) > 0, statement);
}

async function setSecret(vault: TestVault, space: string, key: string): Promise<void> {
  assert.equal((await vault.write(space, { key, value: 'a value' })).type, 'done');
}

/** The vault sets secrets before and after what the superuser does while nothing is ordered; what the verifier says of it. */
async function attacked(statementsOf: (role: string) => readonly string[]): Promise<Verdict> {
  await using database = await openTestDatabase();
  await using scratch = await openScratch('vault');
  const space = id();
  for (const names of [['OLD'], ['ONE', 'TWO', 'THREE']]) {
    await using vault = await openTestVault({ database, folder: scratch.path });
    // A refused act has a number, too, and no entry.
    assert.equal((await vault.write(space, { key: 'not a name', value: 'x' })).type, 'refused');
    for (const name of names) {
      if (name === 'THREE') await vault.notary.finish();
      await setSecret(vault, space, name);
    }
    if (names.length === 1) continue;
    const statements = statementsOf(database.vault.user);
    if (statements.length > 0) await asSuperuser(database, statements);
    await setSecret(vault, space, 'AFTER');
    vault.notary.goOn();
  }
  return await judge(database, scratch.path);
}

/** Orders what is there, and gives what the verifier says of it. */
async function judge(database: TestDatabase, folder: string): Promise<Verdict> {
  await using notary = await openTestNotary(database.notary, { folder: path.join(folder, 'notary') });
  await notary.round();
  const file = path.join(folder, 'export.jsonl');
  await writeExport(notary.db, notary.signer, file);
  const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
  return verdict ?? assert.fail('the verifier said nothing');
}

/** Takes the last act of the vault away, and the number that its lane gave it. */
function takeLast(role: string): readonly string[] {
  return [
    `update ledger.lane l set n = e.n - 1, head = e.previous from ${lastOf(role)} e
      where l.writer = e.writer and l.lane = e.lane`,
    `delete from ledger.entry e using ${lastOf(role)} last where e.hash = last.hash`,
  ];
}

/** The newest entry of the vault, and everything that counts it. */
function lastOf(role: string): string {
  return `(select * from ledger.entry where writer = '${role}' order by (body::jsonb #>> '{journal,n}')::int desc limit 1)`;
}

void test(
  'the verifier accepts what the vault did in two runs of its process, refused acts among it',
  LIMIT,
  async () => {
    const { problems, entries } = await attacked(() => []);
    assert.deepEqual(problems, []);
    // Five values, and the name of the root key.
    assert.equal(entries, 6);
  },
);

void test(
  'the verifier misses an act of the vault that was taken away before it was ordered',
  LIMIT,
  async () => {
    const { problems } = await attacked(takeLast);
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.match(
      problems[0]?.what ?? '',
      /^lacks acts of the vault: number \d+ of the vault's journal says that 3 before it were recorded, and 2 are here$/,
    );
  },
);

void test(
  'the verifier misses the entry of a lease that was taken away before it was ordered',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using scratch = await openScratch('vault');
    {
      await using vault = await openTestVault({ database, folder: scratch.path });
      const space = id();
      const value = `sk-proj-${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9'.repeat(3)}`;
      await vault.write(space, { key: 'OPENAI_API_KEY', value });
      const door = new PlayedDoor(vault, await startRun(vault, space));
      await door.until(({ type }) => type === 'alive');
      await vault.notary.finish();
      assert.ok((await door.ask(door.versions[0] ?? '')).uses > 0, 'it may be used, as the entry said');
      assert.equal((await entriesOf(vault, 'secret.lease')).length, 1);
      await asSuperuser(database, takeLast(database.vault.user));
      assert.equal((await entriesOf(vault, 'secret.lease')).length, 0);
      await setSecret(vault, space, 'AFTER');
      vault.notary.goOn();
    }
    const { problems } = await judge(database, scratch.path);
    assert.ok(
      problems.some(({ what }) => what.startsWith('lacks acts of the vault')),
      JSON.stringify(problems),
    );
  },
);

void test(
  'the verifier finds an entry that was put in with the number of an act of the vault',
  LIMIT,
  async () => {
    const { problems } = await attacked((role) => [
      `with last as ${lastOf(role)},
      made as (
        insert into ledger.entry (writer, lane, n, previous, at, xid, kind, subject, subject_n, subject_previous, actor,
          credential, body, hash)
        select (e).writer, (e).lane, (e).n, (e).previous, (e).at, (e).xid, (e).kind, (e).subject, 0, (e).subject_previous,
          (e).actor, (e).credential, (e).body, ledger.hash_entry(e)
        from (select row(writer, lane, n + 1, hash, now(), pg_current_xact_id(), kind, 'repo:1', 0, repeat('0', 64),
          actor, '', body, '')::ledger.entry as e from last) one
        returning writer, lane, n, hash)
      update ledger.lane l set n = made.n, head = made.hash from made where l.writer = made.writer and l.lane = made.lane`,
    ]);
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.match(problems[0]?.what ?? '', /^has number \d+ of the vault's journal, as another act has$/);
  },
);

void test('an entry of the vault that nobody can read is named, whatever is in it', LIMIT, async () => {
  const bodies = {
    OLD: 'null',
    ONE: '[]',
    TWO: '"x"',
    THREE: '{"journal":{"of":{"toString":1,"valueOf":1},"n":1,"after":0,"recorded":0}}',
  };
  const { problems } = await attacked(() =>
    Object.entries(bodies).map(
      ([name, body]) =>
        `update ledger.entry set body = '${body}' where kind = 'secret.set' and ledger.said(body) ->> 'name' = '${name}'`,
    ),
  );
  const unread = problems.filter(({ what }) => what === 'says nothing that can be read');
  assert.equal(new Set(unread.map(({ where }) => where)).size, 4, JSON.stringify(problems));
});
