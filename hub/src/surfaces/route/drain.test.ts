// Reading on after a refusal, within bounds.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { drain, unbroken } from './drain.ts';

void test('drain() returns after its time when nothing comes', async () => {
  const body = new PassThrough();
  const began = performance.now();
  await drain(unbroken(body), { bytes: 100, time: 50 });
  assert.ok(performance.now() - began < 5_000);
  assert.equal(body.destroyed, false);
});

void test('drain() reads to the end, or to its limit of bytes', async () => {
  const short = new PassThrough();
  short.end(Buffer.alloc(50));
  await drain(unbroken(short), { bytes: 100, time: 60_000 });
  assert.equal(short.readableEnded, true);
  const long = new PassThrough();
  long.write(Buffer.alloc(101));
  await drain(unbroken(long), { bytes: 100, time: 60_000 });
  assert.equal(long.readableLength, 0);
});

void test('drain() does not mind a connection that breaks, then or later', async () => {
  const body = new PassThrough();
  const drained = drain(unbroken(body), { bytes: 100, time: 60_000 });
  body.destroy(new Error('gone'));
  await drained;
  const later = new PassThrough();
  await drain(unbroken(later), { bytes: 100, time: 1 });
  later.destroy(new Error('gone'));
  await new Promise((resolve) => setImmediate(resolve));
});
