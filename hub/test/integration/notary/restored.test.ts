// A database out of a backup is continued by no notary of the keys of then without a word: what was signed since is known elsewhere,
// and would be signed once more and otherwise.
import assert from 'node:assert/strict';
import test from 'node:test';
import { record } from '../../../src/modules/ledger/index.ts';
import { openTestDatabase } from '../../harness/database.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';

void test('Notary.open() seals what was restored although nothing is missed, and begins another log once that is accepted', async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  const { folder } = own;
  const entry = { kind: 'instance.started', subject: 'test:1', actor: 'system:test', credential: '' };
  await database.db.transaction((tx) => record(tx, { ...entry, body: {} }));
  let origin: string | undefined;
  {
    await using notary = await openTestNotary(database.notary, { folder });
    await notary.round();
    origin = (await notary.findCheckpoint())?.origin;
    assert.match(origin ?? '', /^holdfast-ledger\/[0-9a-f]{16}$/);
  }
  {
    await using notary = await openTestNotary(database.notary, { folder, restored: true });
    assert.deepEqual(notary.opened.sealed, { why: 'restored', signed: 1, found: 1 });
    assert.equal(notary.opened.notary, undefined, 'it signs nothing');
  }
  await using notary = await openTestNotary(database.notary, { folder, restored: true, acceptLoss: true });
  assert.deepEqual(notary.opened.lost, { why: 'restored', signed: 1, found: 1 });
  await database.db.transaction((tx) => record(tx, { ...entry, body: {} }));
  await notary.round();
  assert.equal((await notary.findCheckpoint())?.origin, `${origin}/2`);
});
