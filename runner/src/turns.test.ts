// Who may go when.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Turns } from './turns.ts';

const never = new AbortController().signal;

void test('Turns lets so many go at a time, the others in their order', async () => {
  const turns = new Turns(1);
  const order: string[] = [];
  const first = await turns.take(never, () => order.push('first waits'));
  const others = ['a', 'b'].map(async (name) => {
    using _turn = await turns.take(never, () => order.push(`${name} waits`));
    order.push(name);
  });
  first[Symbol.dispose]();
  await Promise.all(others);
  assert.deepEqual(order, ['a waits', 'b waits', 'a', 'b']);
  (await turns.take(never, () => order.push('nobody')))[Symbol.dispose]();
  assert.ok(!order.includes('nobody'));
});

void test('Turns lets who gave up out of the queue', async () => {
  const turns = new Turns(1);
  const first = await turns.take(never, () => undefined);
  const gives = new AbortController();
  const waiting = turns.take(gives.signal, () => undefined);
  gives.abort(new Error('given up'));
  await assert.rejects(waiting, /given up/);
  first[Symbol.dispose]();
  (await turns.take(never, () => assert.fail('nobody is there')))[Symbol.dispose]();
});
