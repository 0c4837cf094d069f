// A hub in other hands that leaves an entry about a secret open, so that every act of the vault on that secret waits for it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import { openTestDatabase } from '../harness/database.ts';

const LIMIT = { timeout: 60_000 };
const SECRET = `secret:${'5'.repeat(24)}`;
const INSERT = `insert into ledger.entry (kind, subject, actor, credential, body) values ($1, $2, 'user:1', '', '{}')`;

function poolOf(address: DatabaseAddress) {
  const pool = openPool(address, { connections: 1, applicationName: 'test', onError: () => undefined });
  return { pool, [Symbol.asyncDispose]: async () => await pool.end() };
}

void test('nobody but the vault holds the chain of a secret', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using hub = poolOf(database.address);
  await using vault = poolOf(database.vault);
  const taken = await hub.pool.connect();
  try {
    await taken.query('begin');
    for (const kind of ['token.issued', 'repo.created', 'secret.used', 'secret.', 'x']) {
      await taken.query('savepoint before');
      await assert.rejects(taken.query(INSERT, [kind, SECRET]), /may not record|malformed/, kind);
      // Some go on with what is refused behind them: the chain was not held in between either.
      await taken.query('rollback to before');
    }
    await vault.pool.query(`set lock_timeout = '2s'`);
    for (let n = 0; n < 2; n += 1) await vault.pool.query(INSERT, ['secret.used', SECRET]);
    await assert.rejects(vault.pool.query(INSERT, ['secret.used', 'token:1']), /may not record/);
    await taken.query(INSERT, ['token.issued', 'token:1']);
  } finally {
    taken.release(true);
  }
  const { rows } = await vault.pool.query(
    'select subject_n from ledger.entry where subject = $1 order by 1',
    [SECRET],
  );
  assert.deepEqual(rows, [{ subject_n: 1 }, { subject_n: 2 }]);
});

void test('what the hub may not record about a secret is refused before it is held', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using hub = poolOf(database.address);
  await using vault = poolOf(database.vault);
  const holder = await vault.pool.connect();
  try {
    await holder.query('begin');
    await holder.query(INSERT, ['secret.used', SECRET]);
    // It would wait for the vault, and hold it the moment the vault lets go.
    await hub.pool.query(`set lock_timeout = '5s'`);
    await assert.rejects(hub.pool.query(INSERT, ['secret.used', SECRET]), /may not record/);
    await holder.query('commit');
  } finally {
    holder.release(true);
  }
});
