// Personal values are beside the entries, which hold salted commitments: erased, they leave every proof as it was.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { proveChains } from '@holdfast/notary/evidence';
import { commitment, EntrySearch, record } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { keyOf, runVerifier, writeExport } from '../../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const EMAIL = 'alice@example.org';

void test(
  'erased personal values leave exports and proofs valid, and nothing of them behind',
  { timeout: 60_000 },
  async () => {
    await using database = await openTestDatabase();
    await using own = await openNotaryFolder();
    await using notary = await openTestNotary(database.notary, own);
    for (let n = 0; n < 5; n += 1)
      await database.db.transaction((tx) =>
        record(tx, {
          kind: 'account.created',
          subject: `account:${n % 2}`,
          actor: 'operator',
          credential: '',
          body: { n },
          personal: { email: n % 2 === 0 ? EMAIL : 'bob@example.org' },
        }),
      );
    await notary.round();
    await using superuser = openSuperuserPool(database);
    const { rows } = await superuser.pool.query<{ salt: Buffer; value: string; body: string }>(
      'select p.salt, p.value, e.body from ledger.personal p join ledger.entry e on e.hash = p.entry',
    );
    assert.equal(rows.length, 5);
    for (const { salt, value, body } of rows)
      assert.ok(
        body.includes(commitment({ salt, value })),
        'whoever has value and salt can show that they were meant',
      );

    const { rowCount } = await superuser.pool.query(
      `delete from ledger.personal where entry in (select hash from ledger.entry where subject = 'account:0')`,
    );
    assert.equal(rowCount, 3);
    const file = path.join(own.path, 'export.jsonl');
    await writeExport(notary.db, notary.signer, file);
    const [verdict] = await runVerifier(file, '--key', keyOf(notary.signer));
    assert.deepEqual(verdict?.problems, []);
    const proof = JSON.stringify(await proveChains(database.db, 'account:0'));
    assert.ok(!proof.includes(EMAIL));
    const { items } = await new EntrySearch(database.db).list({ subject: 'account:0' }, { limit: 10 });
    assert.deepEqual(
      items.map(({ personal }) => personal),
      [{}, {}, {}],
    );
  },
);
