// Buffers are used again, within a budget.
import assert from 'node:assert/strict';
import test from 'node:test';
import { BufferPool } from './buffer-pool.ts';

void test('BufferPool lends a returned buffer again', () => {
  const pool = new BufferPool({ size: 8, budget: 16, small: 2 });
  const first = pool.take();
  assert.equal(first.length, 8);
  pool.give(first);
  assert.equal(pool.take(), first);
});

void test('BufferPool lends small buffers beyond its budget, and large ones again after returns', () => {
  const pool = new BufferPool({ size: 8, budget: 16, small: 2 });
  const [first, second, third] = [pool.take(), pool.take(), pool.take()];
  assert.deepEqual([first.length, second.length, third.length], [8, 8, 2]);
  assert.equal(pool.lent, 16);
  pool.give(third);
  assert.equal(pool.lent, 16);
  pool.give(second);
  assert.equal(pool.take(), second);
});

void test('BufferPool never lends a dropped buffer again, nor counts it', () => {
  const pool = new BufferPool({ size: 8, budget: 8, small: 2 });
  const first = pool.take();
  pool.drop(first);
  assert.equal(pool.lent, 0);
  const second = pool.take();
  assert.notEqual(second, first);
  assert.equal(second.length, 8);
});
