// A server that could lose what it acknowledged is refused, and told of while it runs; what is set for a role changes nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import pg from 'pg';
import { openPool } from '@holdfast/platform/postgres/database';
import { Durability, requireDurability } from '@holdfast/platform/postgres/durability';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { PostgresServer } from '../../harness/postgres-server.ts';
import { withPool } from '../../harness/shared-server.ts';

const LIMIT = { timeout: 60_000 };
const SHOW = 'show synchronous_commit';

async function showPlain({ address }: TestDatabase): Promise<unknown> {
  const { host, port, database, user, password } = address;
  const client = new pg.Client({ host, port, database, user, password: password.reveal('to sign in') });
  await client.connect();
  try {
    return (await client.query<{ synchronous_commit: string }>(SHOW)).rows[0]?.synchronous_commit;
  } finally {
    await client.end();
  }
}

void test('commits of every role of ours wait for the disk, whatever was set for it', LIMIT, async () => {
  await using database = await openTestDatabase();
  for (const address of [database.address, database.notary, database.vault]) {
    const { user, database: name } = address;
    await withPool(database.superuser, async (pool) => {
      await pool.query(`alter database ${name} set synchronous_commit = off`);
      await pool.query(`alter role ${user} in database ${name} set synchronous_commit = off`);
    });
    assert.equal(await showPlain({ ...database, address }), 'off', 'it holds for who asks for nothing');
    const pool = openPool(address, { connections: 1, applicationName: 'test', onError: () => undefined });
    assert.deepEqual((await pool.query(SHOW)).rows, [{ synchronous_commit: 'on' }], user);
    await pool.end();
  }
});

void test('a server that loses what it acknowledged is refused, with what to do', LIMIT, async () => {
  await using database = await openTestDatabase();
  // The server of tests does not wait for its disk.
  await withPool(database.address, async (pool) => {
    await assert.rejects(requireDurability(pool), (error: Error) => {
      assert.match(error.message, /fsync=off, full_page_writes=off: a power cut/);
      assert.match(error.message, /Set fsync, full_page_writes to on, .*pg_reload_conf/);
      return true;
    });
    await pool.query('set synchronous_commit = local');
    await assert.rejects(requireDurability(pool), /synchronous_commit=local/);
  });
});

void test('Durability names what is off on the server, and nothing on one that waits', LIMIT, async () => {
  const half = await PostgresServer.open({ fsync: 'on' });
  const whole = await PostgresServer.open({ fsync: 'on', full_page_writes: 'on' });
  const lacksOf = async (server: PostgresServer): Promise<unknown> =>
    await withPool(server.superuser, async (pool) => {
      const durability = new Durability(pool);
      assert.equal(durability.lacks, undefined, 'before it was asked');
      await durability.read();
      return durability.lacks;
    });
  assert.deepEqual(await lacksOf(half), ['full_page_writes=off']);
  assert.deepEqual(await lacksOf(whole), []);
  await withPool(whole.superuser, async (pool) => await requireDurability(pool));
  await whole.stop('SIGQUIT');
  await half.stop('SIGQUIT');
});
