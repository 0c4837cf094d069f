// A token is dead everywhere within a second of its revocation, whatever happens to the news of it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { type Secret } from '@holdfast/kernel/secret';
import { openLog } from '@holdfast/platform/log';
import { openDatabase, openPool } from '@holdfast/platform/postgres/database';
import { Epochs } from '@holdfast/platform/postgres/epochs';
import { type Actor } from '../../../src/modules/access/index.ts';
import { Identity } from '../../../src/modules/identity/index.ts';
import { openRemovals } from '../../../src/modules/removals/index.ts';
import { Authentication, Tokens } from '../../../src/modules/tokens/index.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { openScratch } from '../../harness/scratch.ts';
import { keysOf } from '../../harness/test-keys.ts';

const OPERATOR: Actor = { kind: 'operator', osUser: 'test', command: '', terminal: '' };
const rejected = (error: unknown): boolean => isFault(error, 'token.rejected');

/** One hub's part of identity, over the shared database. */
async function openNode(database: TestDatabase) {
  const scratch = await openScratch('node');
  const pool = openPool(database.address, {
    connections: 3,
    applicationName: 'node',
    onError: () => undefined,
  });
  const db = openDatabase(pool);
  const clock = systemClock;
  const epochs = new Epochs({ db, clock });
  const keys = keysOf(1);
  const log = openLog('test', { write: () => undefined });
  const keepHead = (): Promise<void> => Promise.resolve();
  const place = {
    path: `${scratch.path}/removals`,
    instance: 'node',
    head: null,
    acceptLoss: false,
    keepHead,
  };
  const removals = await openRemovals(place, { keys, clock, log });
  const shared = { db, clock, epochs, keys, removals };
  return {
    db,
    epochs,
    identity: new Identity(shared),
    tokens: new Tokens(shared),
    authentication: new Authentication(shared),
    async [Symbol.asyncDispose]() {
      epochs[Symbol.dispose]();
      await removals[Symbol.asyncDispose]();
      await db[Symbol.asyncDispose]();
      await scratch[Symbol.asyncDispose]();
    },
  };
}

async function withUser(
  node: Awaited<ReturnType<typeof openNode>>,
): Promise<{ id: string; text: string; issue: () => Promise<string> }> {
  await node.identity.createUser(OPERATOR, { name: 'alice', email: 'a@example.org', administrator: false });
  const wish = { user: 'alice', name: 'ci', grant: { role: 'write' }, addresses: ['192.0.2.0/24'] } as const;
  const { token, text } = await node.tokens.issue(OPERATOR, wish);
  const reveal = (secret: Secret<string>): string => secret.reveal('to use it in a test');
  return {
    id: token.id,
    text: reveal(text),
    issue: async () => reveal((await node.tokens.issue(OPERATOR, wish)).text),
  };
}

void test('a revoked token is refused at once by the hub that revoked it, and within a second by every other', async () => {
  await using database = await openTestDatabase();
  await using here = await openNode(database);
  await using there = await openNode(database);
  for (const node of [here, there]) {
    await node.epochs.read();
    node.epochs.start();
  }
  const { id, text } = await withUser(here);
  for (const node of [here, there])
    assert.equal((await node.authentication.authenticate(text)).account.name, 'alice');
  await here.tokens.revoke(OPERATOR, id as never);
  await assert.rejects(here.authentication.authenticate(text), rejected);
  await sleep(1000);
  await assert.rejects(there.authentication.authenticate(text), rejected);
});

void test('a hub that cannot read the epochs asks the database instead of its cache', async () => {
  await using database = await openTestDatabase();
  await using here = await openNode(database);
  await using there = await openNode(database);
  await there.epochs.read();
  const { id, text } = await withUser(here);
  // `there` never polls: as after a lost listener, dropped packets or a process that was stopped for a while.
  await there.authentication.authenticate(text);
  await here.tokens.revoke(OPERATOR, id as never);
  await sleep(600);
  assert.ok(!there.epochs.areFresh());
  await assert.rejects(there.authentication.authenticate(text), rejected);
});

void test('disabling a user ends their tokens; a role change reaches cached sessions', async () => {
  await using database = await openTestDatabase();
  await using node = await openNode(database);
  await node.epochs.read();
  node.epochs.start();
  const { text } = await withUser(node);
  assert.equal((await node.authentication.authenticate(text)).memberships.length, 0);
  await node.identity.createOrg(OPERATOR, { name: 'acme', owner: 'alice' });
  assert.equal((await node.authentication.authenticate(text)).memberships[0]?.role, 'admin');
  await node.identity.disableUser(OPERATOR, 'alice');
  await assert.rejects(node.authentication.authenticate(text), rejected);
});

void test('a row that was widened, moved or prolonged in the database is refused', async () => {
  await using database = await openTestDatabase();
  await using node = await openNode(database);
  const { issue } = await withUser(node);
  await node.identity.createUser(OPERATOR, { name: 'mallory', email: 'm@example.org', administrator: false });
  const superuser = openPool(database.superuser, {
    connections: 1,
    applicationName: 'test',
    onError: () => undefined,
  });
  try {
    for (const edit of [
      `grant_ = '{"role":"read"}'`,
      `expires_at = expires_at + interval '1 year'`,
      `expires_at = null`,
      `user_id = (select id from identity.account where name = 'mallory')`,
      `mac = '\\x00'`,
      `created_at = created_at - interval '1 second'`,
      `addresses = null`,
      `addresses = array['0.0.0.0/0', '::/0']`,
      `addresses = array_append(addresses, '198.51.100.0/24')`,
      `name = 'another'`,
    ]) {
      const text = await issue();
      await superuser.query(`update tokens.token set ${edit} where revoked_at is null`);
      await assert.rejects(node.authentication.authenticate(text), rejected, edit);
      await superuser.query('update tokens.token set revoked_at = now() where revoked_at is null');
    }
    await assert.rejects(superuser.query('update tokens.token set revoked_at = null'), /stays revoked/);
  } finally {
    await superuser.end();
  }
});

void test('authenticate() refuses what is malformed, unknown or expired with one fault', async () => {
  await using database = await openTestDatabase();
  await using node = await openNode(database);
  const { text } = await withUser(node);
  for (const wrong of ['', 'hf_x', `${text}x`, text.toUpperCase(), 'hf_' + '0'.repeat(36)])
    await assert.rejects(node.authentication.authenticate(wrong), rejected, wrong);
});

void test('the database holds no text of a token', async () => {
  await using database = await openTestDatabase();
  await using node = await openNode(database);
  const { text } = await withUser(node);
  const superuser = openPool(database.superuser, {
    connections: 1,
    applicationName: 'test',
    onError: () => undefined,
  });
  try {
    for (const table of [
      'tokens.token',
      'ledger.entry',
      'ledger.personal',
      'graphile_worker._private_jobs',
    ]) {
      const { rows } = await superuser.query<{ row: string }>(`select t::text as row from ${table} t`);
      assert.ok(!rows.some(({ row }) => row.includes(text) || row.includes(text.slice(3))), table);
    }
  } finally {
    await superuser.end();
  }
});
