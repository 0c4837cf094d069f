// Of several hubs on one database, one has a Space: the first, until it is late.
import assert from 'node:assert/strict';
import test from 'node:test';
import { RunReader, RunWriter } from '../../../src/modules/spaces/run-store.ts';
import { openProgramHub } from '../../harness/program-hub.ts';
import { askSite } from '../../harness/site.ts';

void test('a Space is one hub at a time, and another takes it when the lease has ended', async () => {
  await using opened = await openProgramHub();
  const { hub, repo, bearer, runner } = opened;
  const { db } = hub.modules;
  const holder = async () => (await new RunReader(db).find(repo.id))?.holder;
  const hold = async (name: string, seconds: number): Promise<void> =>
    await db.transaction((tx) => new RunWriter(tx).hold(name, seconds));
  await hold('other', 60);
  await hold('third', 60);
  assert.equal(await holder(), 'other');
  // This one comes later, and says to visitors where the Space is not.
  runner.able();
  await runner.sent('all-wanted');
  assert.equal(await holder(), 'other');
  assert.deepEqual(
    runner.heard.filter(({ type }) => type === 'want'),
    [],
  );
  const answer = await askSite(hub, { label: 'ann-demo', path: '/' }, bearer);
  assert.deepEqual([answer.status, /another machine/.test(answer.text)], [503, true]);
  await hold('other', -1);
  await hold('third', 60);
  assert.equal(await holder(), 'third');
  await db.transaction((tx) => new RunWriter(tx).release('third'));
  await runner.wanted('ann/demo');
  assert.equal(await holder(), '0123456789abcdef01234567');
  // What somebody else's runner says of it counts for nothing now.
  const told = { generation: 1, stage: 'RUNNING', message: null, serving: null } as const;
  assert.equal(await db.transaction((tx) => new RunWriter(tx).tell(repo.id, 'third', told)), false);
});
