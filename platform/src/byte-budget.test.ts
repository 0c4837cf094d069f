// Whoever wants more than is free waits, and nobody else does.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ByteBudget } from './byte-budget.ts';

const never = new AbortController().signal;

/** Whether a promise has settled. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  await turn();
  return await Promise.race([promise.then(() => true), turn(false)]);
}

void test('take() waits until there is room', async () => {
  const budget = new ByteBudget(10);
  const first = await budget.take(8, never);
  const second = budget.take(5, never);
  assert.equal(await settled(second), false);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  assert.equal(await settled(second), true);
  assert.equal(await settled(budget.take(6, never)), false);
});

void test('take() lets who wants little pass who wants much', async () => {
  const budget = new ByteBudget(10);
  await budget.take(8, never);
  const large = budget.take(9, never);
  assert.equal(await settled(large), false);
  await budget.take(2, never);
});

void test('take() gives up with its signal, and holds nothing then', async () => {
  const budget = new ByteBudget(10);
  const held = await budget.take(10, never);
  const abort = new AbortController();
  const waiting = budget.take(1, abort.signal);
  abort.abort(new Error('gone'));
  await assert.rejects(waiting, /gone/);
  held[Symbol.dispose]();
  await budget.take(10, never);
});

void test('take() refuses what can never fit', async () => {
  await assert.rejects(new ByteBudget(10).take(11, never), /more than the whole budget/);
});
