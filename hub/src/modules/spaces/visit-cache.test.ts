// What is kept for visitors, and for how long.
import assert from 'node:assert/strict';
import test from 'node:test';
import { newId } from '@holdfast/kernel/id';
import { VisitCache } from './visit-cache.ts';

function open() {
  let now = 1_000;
  let fresh = true;
  let changed = (): void => undefined;
  let asked = 0;
  const cache = new VisitCache<number>({
    clock: { now: () => new Date(now) },
    epochs: { areFresh: () => fresh, onChange: (_name, listener) => void (changed = listener) },
  });
  const id = newId(new Date(0));
  return {
    ...{ cache, id },
    find: async (mayKeep = true) =>
      await cache.find(id, { ask: () => Promise.resolve((asked += 1)), mayKeep: () => mayKeep }),
    pass: (ms: number) => void (now += ms),
    stale: () => void (fresh = false),
    change: () => changed(),
  };
}

void test('find() asks once in half a second', async () => {
  const { find, pass } = open();
  assert.deepEqual([await find(), await find()], [1, 1]);
  pass(499);
  assert.equal(await find(), 1);
  pass(1);
  assert.equal(await find(), 2);
});

void test('find() asks again after a change, and while nobody knows of changes', async () => {
  const { cache, id, find, change, stale } = open();
  await find();
  cache.forget(id);
  assert.equal(await find(), 2);
  change();
  assert.equal(await find(), 3);
  stale();
  assert.deepEqual([await find(), await find()], [4, 5]);
});

void test('find() keeps nothing that was asked for before a change, or that may not be kept', async () => {
  const { cache, id, find } = open();
  const { promise, resolve } = Promise.withResolvers<number>();
  const early = cache.find(id, { ask: () => promise, mayKeep: () => true });
  cache.forget(id);
  resolve(0);
  assert.equal(await early, 0);
  assert.deepEqual([await find(false), await find(false)], [1, 2]);
});
