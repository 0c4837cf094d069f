// The operator pauses a Space while the database does not answer: what runs ends at once, and is not started again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openProgramHub } from '../../harness/program-hub.ts';
import { OPERATOR } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

void test(
  'a pause that the database does not take ends what runs here at once',
  { timeout: 60_000 },
  async () => {
    await using opened = await openProgramHub();
    const { hub, runner, repo, becomes } = opened;
    const { spaces, removals } = hub.modules;
    await runner.serve(await opened.begin(), (_request, response) => response.end('served'));
    await becomes('RUNNING');
    await using superuser = openSuperuserPool(hub.database);
    const holder = await superuser.pool.connect();
    try {
      await holder.query('begin');
      await holder.query('select from repos.repo where id = $1 for update', [repo.id]);
      assert.deepEqual(await spaces.pauseAsOperator(OPERATOR, 'Ann/demo'), { recorded: false });
      // Nothing of it is in the database yet.
      assert.equal((await runner.sent('drop')).space, repo.id);
      assert.equal(removals.waiting, 1);
      await becomes('PAUSED');
      const wants = (): number => runner.heard.filter(({ type }) => type === 'want').length;
      const before = wants();
      await opened.ask('GET', '/runtime');
      await holder.query('commit');
      for (; removals.waiting > 0;) await new Promise((resolve) => setTimeout(resolve, 20));
      await becomes('PAUSED');
      assert.equal(wants(), before, 'it was not wanted for an instant');
    } finally {
      holder.release();
    }
    const { rows } = await superuser.pool.query(
      `select kind, actor from ledger.entry where subject = $1 and kind like 'space.p%'`,
      [`repo:${repo.id}`],
    );
    assert.deepEqual(rows, [{ kind: 'space.paused', actor: 'operator' }]);
  },
);

void test('only the operator pauses past the writers, and only what is there', async () => {
  await using opened = await openProgramHub();
  const { spaces } = opened.hub.modules;
  const { actor } = await opened.hub.modules.authentication.authenticate(opened.token);
  await assert.rejects(spaces.pauseAsOperator(actor, 'ann/demo'), { code: 'space.operator-only' });
  await assert.rejects(spaces.pauseAsOperator(OPERATOR, 'ann/other'), { code: 'repo.missing' });
  assert.deepEqual(await spaces.pauseAsOperator(OPERATOR, 'ann/demo'), { recorded: true });
  await opened.becomes('PAUSED');
});
