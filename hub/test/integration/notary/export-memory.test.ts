// An export of a ledger that was signed for a year: its checkpoints are as many as minutes with acts, and must not be in
// memory together.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryObjects } from 'node:v8';
import { exportLedger } from '@holdfast/notary/evidence';
import { openTestDatabase } from '../../harness/database.ts';
import { recordEntries } from '../../harness/ledger-files.ts';
import { openNotaryFolder, openTestNotary } from '../../harness/notary.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const CHECKPOINTS = 100_000;
/** All of them together have 50 MB of text. */
const GROWN = 15_000_000;

class None {}

function liveBytes(): number {
  // Looks for objects after a full collection, which is what it is asked for.
  queryObjects(None);
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

void test('exportLedger() has a page of checkpoints in memory', { timeout: 120_000 }, async () => {
  await using database = await openTestDatabase();
  await using own = await openNotaryFolder();
  await using notary = await openTestNotary(database.notary, own);
  await recordEntries(database, 20);
  await notary.round();
  await using superuser = openSuperuserPool(database);
  // Of a tree without entries, so that all of them come before the first entry.
  await superuser.pool.query(
    `insert into notary.checkpoint (minute, size, note)
       select m, 0, md5(m::text) || repeat('x', 500) from generate_series(1, ${CHECKPOINTS}) m`,
  );
  const before = liveBytes();
  let most = 0;
  const lines: Record<string, number> = {};
  for await (const { type } of exportLedger(database.db)) {
    const kind = String(type);
    lines[kind] = (lines[kind] ?? 0) + 1;
    if (lines[kind] % 10_000 === 1) most = Math.max(most, liveBytes() - before);
  }
  assert.deepEqual(lines, { checkpoint: CHECKPOINTS + 1, entry: 20, end: 1 });
  assert.ok(most < GROWN, `${most} bytes were live at once`);
});
