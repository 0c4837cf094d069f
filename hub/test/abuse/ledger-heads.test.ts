// A map of heads that the database's superuser changed, to have the next checkpoint vouch for an absence that is none:
// while the notary works and while it does not, with everything above the change computed anew and without.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Pool } from 'pg';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { deleteHead, recomputeMap, setHeadBack } from '../harness/forged-heads.ts';
import { recordEntries } from '../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary, type TestNotary } from '../harness/notary.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const LIMIT = { timeout: 60_000 };
const CHAIN = { relation: 'to', name: 'token:3' } as const;

interface Forgery {
  readonly name: string;
  readonly forge: (pool: Pool, database: TestDatabase) => Promise<void>;
}

const FORGERIES: readonly Forgery[] = [
  {
    name: 'a deleted head, with bucket and map computed anew',
    forge: async (pool, { db }) => {
      await deleteHead(pool, CHAIN);
      await recomputeMap(pool, db, CHAIN);
    },
  },
  { name: 'a deleted head alone', forge: (pool) => deleteHead(pool, CHAIN) },
  {
    name: 'a head set back, with bucket and map computed anew',
    forge: async (pool, { db }) => {
      await setHeadBack(pool, CHAIN);
      await recomputeMap(pool, db, CHAIN);
    },
  },
  { name: 'a head set back alone', forge: (pool) => setHeadBack(pool, CHAIN) },
];

/** Lets it work until it stops by itself, which it has to do soon. */
async function runToItsEnd(notary: TestNotary): Promise<string | undefined> {
  const stop = new AbortController();
  const ended = notary.opened.notary?.run(stop.signal);
  const said = await Promise.race([ended, delay(10_000, 'it went on' as const)]);
  stop.abort();
  await ended;
  return typeof said === 'string' ? said : said?.why;
}

for (const { name, forge } of FORGERIES) {
  void test(`a notary at work signs nothing over ${name}`, LIMIT, async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    await using superuser = openSuperuserPool(database);
    await recordEntries(database, 20);
    await notary.round();
    const before = await notary.findCheckpoint();
    await forge(superuser.pool, database);
    await recordEntries(database, 5);
    assert.equal(await runToItsEnd(notary), 'changed');
    assert.deepEqual(await notary.findCheckpoint(), before, 'no other checkpoint');
    await using next = await openTestNotary(database.notary, own);
    assert.equal(next.opened.sealed?.why, 'changed', 'a start finds it, too');
  });

  void test(`a notary that starts signs nothing over ${name}`, LIMIT, async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using superuser = openSuperuserPool(database);
    {
      await using notary = await openTestNotary(database.notary, own);
      await recordEntries(database, 20);
      await notary.round();
    }
    await forge(superuser.pool, database);
    await recordEntries(database, 5);
    await using next = await openTestNotary(database.notary, own);
    assert.equal(next.opened.sealed?.why, 'changed');
    assert.equal(next.opened.notary, undefined);
  });
}

interface Interrupted {
  readonly name: string;
  /** What the record beside the key says after the end. */
  readonly record: (before: string) => string;
}

for (const { name, record } of [
  { name: 'before it was put down', record: (before) => before },
  {
    name: 'before it was put down, by a version that kept no map',
    record: (before) => JSON.stringify({ ...(JSON.parse(before) as object), heads: undefined }),
  },
] satisfies readonly Interrupted[])
  for (const forged of [false, true])
    void test(
      `a round that ended ${name} is ${forged ? 'not continued over other heads' : 'continued'}`,
      LIMIT,
      async () => {
        await using database = await openTestDatabase();
        await using own = await openNotaryFolder();
        await using superuser = openSuperuserPool(database);
        const last = path.join(own.folder, 'last-signed.json');
        {
          await using notary = await openTestNotary(database.notary, own);
          await recordEntries(database, 12);
          await notary.round();
          const before = await readFile(last, 'utf8');
          await recordEntries(database, 300);
          await notary.round();
          await writeFile(last, record(before));
          await superuser.pool.query('alter table notary.checkpoint disable trigger all');
          await superuser.pool.query('delete from notary.checkpoint');
        }
        if (forged) await FORGERIES[0]?.forge(superuser.pool, database);
        await using next = await openTestNotary(database.notary, own);
        assert.equal(next.opened.sealed?.why, forged ? 'changed' : undefined);
        await next.round();
        assert.equal((await next.findCheckpoint())?.size, forged ? undefined : 312);
      },
    );

void test('a tree that grew by entries nobody recorded so is not continued', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using superuser = openSuperuserPool(database);
  const last = path.join(own.folder, 'last-signed.json');
  {
    await using notary = await openTestNotary(database.notary, own);
    await recordEntries(database, 12);
    await notary.round();
    const before = await readFile(last, 'utf8');
    await recordEntries(database, 10);
    await notary.round();
    await writeFile(last, before);
  }
  await superuser.pool.query('alter table notary.checkpoint disable trigger all');
  await superuser.pool.query('delete from notary.checkpoint');
  await superuser.pool.query('alter table ledger.entry disable trigger user');
  await superuser.pool.query(
    `update ledger.entry e set hash = encode(sha256('x'), 'hex') from notary.leaf l
      where l.index = 20 and l.lane = e.lane and l.n = e.n`,
  );
  await using next = await openTestNotary(database.notary, own);
  assert.equal(next.opened.sealed?.why, 'changed');
});
