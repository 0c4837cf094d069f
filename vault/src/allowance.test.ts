// So many at once, and so many more as time passes; one name does not take from another.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Allowance } from './allowance.ts';

void test('an allowance is used up and comes back', () => {
  const allowance = new Allowance(2, 0.5);
  assert.deepEqual(
    [0, 0, 0].map((now) => allowance.take('a', now)),
    [true, true, false],
  );
  assert.ok(allowance.take('b', 0));
  assert.ok(!allowance.take('a', 1_000));
  assert.ok(allowance.take('a', 3_000));
  assert.ok(!allowance.take('a', 3_000));
});
