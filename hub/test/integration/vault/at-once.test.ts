// A deletion and what is set beside it: neither leaves the other under a key that is gone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openPool } from '@holdfast/platform/postgres/database';
import { BY, id, openTestVault } from '../../harness/vault.ts';
import { startRun } from '../../harness/vault-runs.ts';

/** Waits until so many wait for a lock. */
async function untilWaiting(count: number, ask: () => Promise<number>): Promise<void> {
  for (const giveUp = Date.now() + 30_000; (await ask()) < count; await delay(10))
    assert.ok(Date.now() < giveUp, `${count} wait`);
}

void test('what is set while a deletion waits is readable after it', { timeout: 120_000 }, async () => {
  await using vault = await openTestVault();
  const space = id();
  for (const key of ['GONE', 'KEPT']) await vault.write(space, { key, value: `the value of ${key}` });
  const pool = openPool(vault.database.superuser, {
    ...{ connections: 2, applicationName: 'test', onError: () => undefined },
  });
  const holder = await pool.connect();
  await holder.query('begin');
  await holder.query('select from vault.space_key where space = $1 for update', [space]);
  const waiting = async (): Promise<number> => {
    const { rows } = await pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.n ?? 0;
  };
  const written = vault.write(space, { key: 'NEW', value: 'the value of NEW' });
  await untilWaiting(1, waiting);
  vault.hub.say({ type: 'delete', id: 900, space, name: 'GONE', by: BY });
  await untilWaiting(2, waiting);
  await holder.query('commit');
  holder.release();
  await pool.end();
  assert.equal((await written).type, 'done');
  await vault.hub.until((frame) => frame.type === 'done' && frame.id === 900);
  const { variables } = await startRun(vault, space);
  assert.deepEqual(variables, { KEPT: 'the value of KEPT', NEW: 'the value of NEW' });
});
