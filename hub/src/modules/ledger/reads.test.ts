// What is remembered of reads from one hour to the next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Db } from '@holdfast/platform/postgres/database';
import { Reads } from './reads.ts';

const READ = {
  ...{
    actor: 'user:1',
    credential: 'token:1',
    address: '192.0.2.1',
    repoId: '1',
    revision: 'main',
    path: 'a',
  },
};

void test('recordRead() remembers a read of this hour, also when the same of the hour before fails late', async () => {
  const transactions: PromiseWithResolvers<undefined>[] = [];
  const db = {
    transaction: async () => {
      const transaction = Promise.withResolvers<undefined>();
      transactions.push(transaction);
      return await transaction.promise;
    },
  } as unknown as Db;
  let now = Date.UTC(2026, 0, 1, 10, 59, 59);
  const reads = new Reads({ db, clock: { now: () => new Date(now) } });
  const late = reads.recordRead(READ);
  assert.ok(late);
  now += 2_000;
  const next = reads.recordRead(READ);
  assert.ok(next);
  transactions[0]?.reject(new Error('the database is away'));
  await assert.rejects(late, /away/);
  await turn();
  transactions[1]?.resolve(undefined);
  await next;
  assert.equal(reads.recordRead(READ), undefined, 'a repeat, and no second record of this hour');
});
