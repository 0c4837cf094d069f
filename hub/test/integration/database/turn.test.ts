// One start at a time prepares a database.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Pool } from 'pg';
import { openPool } from '@holdfast/platform/postgres/database';
import { takeTurn } from '@holdfast/platform/postgres/turn';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';

const LIMIT = { timeout: 60_000 };

function openOwnerPool({ superuser }: TestDatabase): Pool & AsyncDisposable {
  const pool = openPool(superuser, { connections: 2, applicationName: 'test', onError: () => undefined });
  return Object.assign(pool, { [Symbol.asyncDispose]: () => pool.end() });
}

void test('takeTurn() lets one after the other, whoever comes first to a new database', LIMIT, async () => {
  await using database = await openTestDatabase();
  let preparing = 0;
  let most = 0;
  const prepare = async (): Promise<void> => {
    await using pool = openOwnerPool(database);
    await using _turn = await takeTurn(pool);
    preparing += 1;
    most = Math.max(most, preparing);
    await pool.query('select 1');
    await delay(20);
    preparing -= 1;
  };
  await Promise.all(Array.from({ length: 12 }, prepare));
  assert.equal(most, 1);
});

void test('takeTurn() says why it waits no longer', LIMIT, async () => {
  await using database = await openTestDatabase();
  await using first = openOwnerPool(database);
  await using second = openOwnerPool(database);
  {
    await using _turn = await takeTurn(first);
    await assert.rejects(
      takeTurn(second, 100),
      /another start prepares this database and was not done within 0.1 s/,
    );
    assert.equal((await second.query('select 1 as one')).rows.length, 1, 'the pool still serves');
  }
  await using _next = await takeTurn(second, 100);
});

void test(
  'takeTurn() is over when its process is gone, and a backup does not wait for it',
  LIMIT,
  async () => {
    await using database = await openTestDatabase();
    await using first = openOwnerPool(database);
    await using second = openOwnerPool(database);
    await using _turn = await takeTurn(first);
    await second.query('begin; lock table migration.turn in access share mode; rollback');
    const { rows } = await second.query<{ pid: number }>(
      `select pid from pg_locks where relation = 'migration.turn'::regclass`,
    );
    await second.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await using _next = await takeTurn(second, 5000);
  },
);
