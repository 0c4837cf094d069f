// A gate has its places, and gives them in order.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Gate } from './gate.ts';

void test('pass() lets in as many as there are places, in order, and the next when one leaves or fails', async () => {
  const gate = new Gate(2);
  const entered: number[] = [];
  const leave: (() => void)[] = [];
  const visits = [0, 1, 2, 3].map((number) =>
    gate.pass(async () => {
      entered.push(number);
      await new Promise<void>((resolve) => (leave[number] = resolve));
      if (number === 0) throw new Error('failed inside');
    }),
  );
  const failed = assert.rejects(visits[0] ?? Promise.resolve(), /failed inside/);
  await turn();
  assert.deepEqual(entered, [0, 1]);
  leave[0]?.();
  await failed;
  await turn();
  assert.deepEqual(entered, [0, 1, 2]);
  leave[1]?.();
  leave[2]?.();
  await turn();
  assert.deepEqual(entered, [0, 1, 2, 3]);
  leave[3]?.();
  await Promise.all(visits.slice(1));
});

void test('pass() refuses who would wait behind a full queue, and nobody else', async () => {
  const gate = new Gate(1, { most: 1, refuse: () => new Error('the queue is full') });
  const { promise: held, resolve: leave } = Promise.withResolvers<void>();
  const first = gate.pass(() => held);
  const second = gate.pass(() => Promise.resolve('second'));
  await assert.rejects(
    gate.pass(() => Promise.resolve()),
    /the queue is full/,
  );
  leave();
  await first;
  assert.equal(await second, 'second');
  assert.equal(await gate.pass(() => Promise.resolve('later')), 'later');
});
