// A body must keep moving, but only its sender's slowness counts.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { pacedBody } from './paced-body.ts';

const pace = { graceMs: 60, bytesPerSecond: 1000 };

async function outcome(body: PassThrough, pauseMs = 0): Promise<string> {
  let bytes = 0;
  try {
    for await (const chunk of pacedBody(body, { pace })) {
      bytes += chunk.length;
      if (pauseMs > 0) await wait(pauseMs);
    }
    return `${bytes} bytes`;
  } catch (error) {
    return isFault(error) ? error.code : String(error);
  }
}

void test('pacedBody() gives every byte of a body that moves', async () => {
  const body = new PassThrough();
  body.write('abc');
  body.end('de');
  assert.equal(await outcome(body), '5 bytes');
});

void test('pacedBody() gives up a sender that falls silent', async () => {
  const body = new PassThrough();
  body.write('a');
  assert.equal(await outcome(body), 'upload.too-slow');
  assert.equal(body.destroyed, false);
});

void test('pacedBody() gives up a sender that keeps just short of silence', async () => {
  const body = new PassThrough();
  const timer = setInterval(() => body.write('a'), 15);
  assert.equal(await outcome(body), 'upload.too-slow');
  clearInterval(timer);
});

void test('pacedBody() lets bytes buy time', async () => {
  const body = new PassThrough();
  body.write(Buffer.alloc(300));
  setTimeout(() => body.end('b'), 150);
  assert.equal(await outcome(body), '301 bytes');
});

void test('pacedBody() lets bytes buy no more time than may be saved', async () => {
  const body = new PassThrough();
  body.write(Buffer.alloc(10_000));
  setTimeout(() => body.end('b'), 300);
  const chunks = pacedBody(body, { pace: { ...pace, savedMs: 60 } });
  await chunks.next();
  await assert.rejects(chunks.next(), (error) => isFault(error, 'upload.too-slow'));
});

void test('pacedBody() does not hold the slowness of who reads against the sender', async () => {
  const body = new PassThrough();
  body.write('a');
  setTimeout(() => body.write('b'), 5);
  setTimeout(() => body.end(), 10);
  assert.equal(await outcome(body, 100), '2 bytes');
});

void test('pacedBody() tells a connection that ended early from a bug', async () => {
  const body = new PassThrough();
  body.write('a');
  setTimeout(() => body.destroy(new Error('aborted')), 10);
  assert.equal(await outcome(body), 'upload.cut-off');
});

void test('pacedBody() stops waiting when it is told to', async () => {
  const body = new PassThrough();
  const abort = new AbortController();
  const chunks = pacedBody(body, { pace: { graceMs: 60_000, bytesPerSecond: 1 }, signal: abort.signal });
  const next = chunks.next();
  abort.abort(new Error('enough'));
  await assert.rejects(next, /enough/);
});
