// What the supervisor remembers of the hub's removals, however often it is told.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KeptRemovalsHead } from '../src/removals.ts';

const MAC = 'a'.repeat(64);

async function openHead() {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-removals-'));
  const head = new KeptRemovalsHead(folder, 'instance');
  return {
    head,
    tell: (n: number, answer: (reply: object) => void) =>
      head.hear({ type: 'removals-head', n, mac: MAC }, answer),
    [Symbol.asyncDispose]: async () => {
      await head.read();
      await rm(folder, { recursive: true });
    },
  };
}

void test('hear() remembers the head and answers, and leaves other frames to others', async () => {
  await using opened = await openHead();
  const { promise, resolve } = Promise.withResolvers<object>();
  assert.equal(opened.tell(1, resolve), true);
  assert.deepEqual(await promise, { type: 'removals-head-kept', n: 1 });
  assert.deepEqual(await opened.head.read(), { n: 1, mac: MAC });
  assert.equal(
    opened.head.hear({ type: 'ready' }, () => assert.fail()),
    false,
  );
});

void test('hear() writes the first and the last of a flood, and keeps none of the others', async () => {
  await using opened = await openHead();
  const answers: object[] = [];
  for (let n = 1; n <= 2_000; n += 1) opened.tell(n, (reply) => answers.push(reply));
  assert.deepEqual(await opened.head.read(), { n: 2_000, mac: MAC });
  assert.deepEqual(
    [...answers],
    [1, 2_000].map((n) => ({ type: 'removals-head-kept', n })),
  );
  // One that comes once all is done is written, too.
  opened.tell(2_001, (reply) => answers.push(reply));
  assert.deepEqual(await opened.head.read(), { n: 2_001, mac: MAC });
  assert.equal(answers.length, 3);
});
