// Who asks whether the hub is ready gets an answer in time, also when the database gives none.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { getReadiness } from './readiness.ts';

type Run = () => Promise<unknown>;

function ready(read: () => Promise<void>, sealed = false): Promise<unknown> {
  return (getReadiness({ epochs: { read } as Epochs, sealed }) as unknown as { run: Run }).run();
}

const notReady = (error: unknown) => isFault(error, 'ops.not-ready');

void test('getReadiness() says that the hub is ready when its database answers', async () => {
  assert.deepEqual(await ready(() => Promise.resolve()), { status: 'ready' });
});

void test('getReadiness() gives up a database that does not answer', async () => {
  const silent = () => new Promise<void>((resolve) => setTimeout(resolve, 60_000).unref());
  const startedAt = performance.now();
  await assert.rejects(ready(silent), notReady);
  assert.ok(performance.now() - startedAt < 2_000);
});

void test('getReadiness() refuses when the hub is sealed, or the database refuses', async () => {
  await assert.rejects(
    ready(() => Promise.resolve(), true),
    notReady,
  );
  await assert.rejects(
    ready(() => Promise.reject(new Error('away'))),
    notReady,
  );
});
