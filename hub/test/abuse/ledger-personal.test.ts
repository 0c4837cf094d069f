// Personal values beside entries, put there or changed by who can write there: they pass for nobody's, and are not found as anybody's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { EntrySearch, Erasure, record } from '../../src/modules/ledger/index.ts';
import { sql } from 'kysely';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { openTestNotary, openNotaryFolder } from '../harness/notary.ts';
import { OPERATOR } from '../harness/served-hub.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const LIMIT = { timeout: 60_000 };
const [TRUE, FALSE] = ['192.0.2.1', '198.51.100.9'];

async function recordOne(
  { db }: TestDatabase,
  subject: string,
  personal: Record<string, string> = {},
): Promise<string> {
  const entry = { kind: 'token.issued', subject, actor: 'user:1', credential: '', body: {} };
  return await db.transaction((tx) => record(tx, { ...entry, personal }));
}

void test(
  'the hub’s role puts no value beside an entry that the entry does not commit to',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    const [with1, without] = [
      await recordOne(database, 'token:1', { address: TRUE }),
      await recordOne(database, 'token:2'),
    ];
    const db = database.db.withTables();
    for (const [entry, field] of [
      [without, 'address'],
      [with1, 'name'],
      ['f'.repeat(64), 'address'],
    ])
      for (const value of [TRUE, FALSE])
        await assert.rejects(
          sql`insert into ledger.personal (entry, field, salt, value)
          values (${entry}, ${field}, (select salt from ledger.personal where entry = ${with1}), ${value})`.execute(
            db,
          ),
          /commits to no such value/,
        );
    const { rows } = await sql`select from ledger.personal`.execute(db);
    assert.equal(rows.length, 1);
  },
);

void test('what who rules the database wrote beside entries is marked, and is not found', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await using superuser = openSuperuserPool(database);
  const subjects = ['altered', 'uncommitted', 'missing', 'erased', 'true'].map((name) => `token:${name}`);
  const hashes = new Map<string, string>();
  for (const subject of subjects)
    hashes.set(
      subject,
      await recordOne(
        database,
        subject,
        subject === 'token:uncommitted' ? { name: 'a' } : { address: TRUE, name: 'a' },
      ),
    );
  assert.equal(await new Erasure(database.db).erase(OPERATOR, { subject: 'token:erased' }), 2);
  await notary.round();
  await superuser.pool.query('set session_replication_role = replica');
  const of = (name: string): unknown[] => [hashes.get(`token:${name}`)];
  await superuser.pool.query(
    `update ledger.personal set value = '${FALSE}' where field = 'address' and entry = $1`,
    of('altered'),
  );
  await superuser.pool.query(
    `insert into ledger.personal values ($1, 'address', '\\x00', '${FALSE}')`,
    of('uncommitted'),
  );
  await superuser.pool.query(
    `delete from ledger.personal where field = 'address' and entry = $1`,
    of('missing'),
  );
  const search = new EntrySearch(database.db);
  const shown: Record<string, object> = {};
  for (const { subject, personal, doubted } of (await search.list({ kind: 'token.issued' }, { limit: 10 }))
    .items)
    shown[subject.slice('token:'.length)] = { personal, doubted };
  const name = { name: 'a' };
  assert.deepEqual(shown, {
    altered: { personal: name, doubted: { address: 'altered' } },
    uncommitted: { personal: name, doubted: { address: 'uncommitted' } },
    missing: { personal: name, doubted: { address: 'missing' } },
    erased: { personal: {}, doubted: {} },
    true: { personal: { address: TRUE, ...name }, doubted: {} },
  });
  const { items } = await search.follow({ subject: 'token:altered' }, { from: 0, limit: 10 });
  assert.deepEqual(items[0]?.doubted, { address: 'altered' });
  assert.deepEqual((await search.findByHash(hashes.get('token:altered') ?? ''))?.doubted, {
    address: 'altered',
  });
  const found = async (address: string): Promise<string[]> => {
    const listed = await search.list({ address }, { limit: 10 });
    const followed = await search.follow({ address }, { from: 0, limit: 10 });
    assert.deepEqual(
      followed.items.map(({ hash }) => hash).toSorted(),
      listed.items.map(({ hash }) => hash).toSorted(),
    );
    return listed.items.map(({ subject }) => subject);
  };
  assert.deepEqual(await found(FALSE), []);
  assert.deepEqual(await found(TRUE), ['token:true']);
  // Somebody's address goes from wherever it stands.
  assert.equal(await new Erasure(database.db).erase(OPERATOR, { address: FALSE }), 4);
});
