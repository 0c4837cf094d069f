// Who asks whether the hub is ready gets an answer in time, also when the database gives none.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { getReadiness } from './readiness.ts';

type Run = () => Promise<unknown>;

function ready(ping: () => Promise<void>, fresh: boolean): Promise<unknown> {
  const deps = { db: { ping } as Db, epochs: { areFresh: () => fresh } as Epochs };
  return (getReadiness(deps) as unknown as { run: Run }).run();
}

const notReady = (error: unknown) => isFault(error, 'ops.not-ready');

void test('getReadiness() says that the hub is ready when its database answers', async () => {
  assert.deepEqual(await ready(() => Promise.resolve(), true), { status: 'ready' });
});

void test('getReadiness() gives up a database that does not answer', async () => {
  const silent = () => new Promise<void>((resolve) => setTimeout(resolve, 60_000).unref());
  const startedAt = performance.now();
  await assert.rejects(ready(silent, true), notReady);
  assert.ok(performance.now() - startedAt < 2_000);
});

void test('getReadiness() refuses when what is remembered is not fresh, or the database refuses', async () => {
  await assert.rejects(
    ready(() => Promise.resolve(), false),
    notReady,
  );
  await assert.rejects(
    ready(() => Promise.reject(new Error('away')), true),
    notReady,
  );
});
