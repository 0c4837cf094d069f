// Erasing personal values: those that were asked for and no others, never in silence, and never by the hub's role alone.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { proveChains, proveEntry } from '@holdfast/notary/evidence';
import { sql, type RawBuilder } from 'kysely';
import { Erasure, EntrySearch, record } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { keyOf, runVerifier, writeExport } from '../../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';

const LIMIT = { timeout: 60_000 };
const OPERATOR = {
  kind: 'operator',
  osUser: 'root',
  terminal: '/dev/pts/3',
  command: 'ledger erase',
} as const;

async function recordSome({ db }: TestDatabase, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1)
    await db.transaction((tx) =>
      record(tx, {
        kind: 'account.created',
        subject: `account:${n % 3}`,
        actor: 'operator',
        credential: '',
        body: { n },
        personal: { email: `${n}@example.org`, address: `10.0.0.${n % 2}` },
      }),
    );
}

async function personalOf({ db }: TestDatabase, subject: string): Promise<number> {
  const { items } = await new EntrySearch(db).list({ subject }, { limit: 1000 });
  return items.reduce((sum, { personal }) => sum + Object.keys(personal).length, 0);
}

void test(
  'Erasure erases what passes the filter, and the ledger says how much, by whom and of what',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await recordSome(database, 30);
    const erasure = new Erasure(database.db);
    assert.equal(await erasure.erase(OPERATOR, { subject: 'account:1' }), 20);
    assert.deepEqual(
      [
        await personalOf(database, 'account:0'),
        await personalOf(database, 'account:1'),
        await personalOf(database, 'account:2'),
      ],
      [20, 0, 20],
    );
    assert.equal(await erasure.erase(OPERATOR, { subject: 'account:1' }), 0, 'nothing is left');
    const { items } = await new EntrySearch(database.db).list({ kind: 'personal.' }, { limit: 10 });
    assert.equal(items.length, 1, 'what erased nothing says nothing');
    const body = JSON.parse(items[0]?.body ?? '') as { erased: number; filter: object };
    assert.equal(body.erased, 20);
    assert.equal((body.filter as { subject: string }).subject, 'account:1');
    assert.equal(items[0]?.actor, 'operator');
    assert.deepEqual(items[0].personal, { osUser: 'root', terminal: '/dev/pts/3', command: 'ledger erase' });
  },
);

void test('Erasure of everything ends, and an address that was asked for is in no entry', LIMIT, async () => {
  await using database = await openTestDatabase();
  await recordSome(database, 30);
  const erasure = new Erasure(database.db);
  assert.equal(await erasure.erase(OPERATOR, { address: '10.0.0.1' }), 30);
  const { items } = await new EntrySearch(database.db).list({ kind: 'personal.' }, { limit: 10 });
  assert.ok(!JSON.stringify(items.map(({ body }) => body)).includes('10.0.0.1'));
  assert.equal(await erasure.erase(OPERATOR, { until: new Date(Date.now() + 3_600_000) }), 30 + 3);
});

void test('the hub’s role can erase nothing in silence', LIMIT, async () => {
  await using database = await openTestDatabase();
  await recordSome(database, 3);
  const db = database.db.withTables();
  const erase = (said: RawBuilder<unknown>): RawBuilder<unknown> => sql`
    insert into ledger.erasure (entries, actor, said)
    values (array(select hash from ledger.entry), 'operator', ${said})`;
  for (const [statement, why] of [
    [sql`delete from ledger.personal`, /permission denied/],
    [sql`update ledger.personal set value = ''`, /permission denied/],
    [erase(sql`'{"erased":1}'`), /6 values are erased/],
    [erase(sql`'{}'`), /6 values are erased/],
    [
      sql`insert into ledger.erasure (entry, entries, actor, said) values ('x', '{}', 'operator', '{}')`,
      /denied/,
    ],
    [sql`delete from ledger.erasure`, /permission denied/],
  ] as const)
    await assert.rejects(statement.execute(db), why);
  for (const subject of ['account:0', 'account:1', 'account:2'])
    assert.equal(await personalOf(database, subject), 2);
});

void test(
  'what was proved of entries holds once their personal values are erased, and is proved of them still',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    await recordSome(database, 12);
    await notary.round();
    const { items } = await new EntrySearch(database.db).list({ subject: 'account:1' }, { limit: 1 });
    const entry = items[0]?.hash ?? assert.fail('it was recorded');
    const fileOf = (name: string): string => path.join(own.folder, name);
    const write = async (name: string): Promise<void> => {
      const proofs = { entry: proveEntry(notary.db, entry), chains: proveChains(notary.db, 'account:1') };
      for (const [kind, proof] of Object.entries(proofs))
        await writeFile(fileOf(`${name}.${kind}`), JSON.stringify(await proof));
      await writeExport(notary.db, notary.signer, fileOf(`${name}.export`));
    };
    await write('before');
    assert.equal(await new Erasure(database.db).erase(OPERATOR, { subject: 'account:1' }), 8);
    assert.equal(await personalOf(database, 'account:1'), 0);
    await notary.round();
    await write('after');
    const kinds = ['entry', 'chains', 'export'];
    const files = ['before', 'after'].flatMap((name) => kinds.map((kind) => fileOf(`${name}.${kind}`)));
    const verdicts = await runVerifier(...files, '--key', keyOf(notary.signer));
    assert.deepEqual(
      verdicts.map(({ ok }) => ok),
      files.map(() => true),
      JSON.stringify(verdicts),
    );
    const exports = [fileOf('before.export'), fileOf('after.export')];
    const compared = await runVerifier('--compare', ...exports, '--key', keyOf(notary.signer));
    assert.deepEqual(
      compared.map(({ ok, entries }) => `${ok} ${entries}`),
      ['true 12', 'true 13'],
    );
  },
);
