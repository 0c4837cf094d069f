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

void test('Allowance forgets nobody to make room for others', () => {
  const allowance = new Allowance(1, 0.5, { names: 2 });
  assert.ok(allowance.take('a', 0) && allowance.take('b', 0));
  assert.ok(!allowance.take('c', 0), 'there is no room');
  assert.ok(!allowance.take('a', 0), 'and a has still had its one');
  assert.ok(allowance.take('c', 2_000), 'those that are full again make room');
});

void test('Allowance gives a name of which it knows nothing few at first, and no more for being forgotten', () => {
  const allowance = new Allowance(4, 0.5, { first: 1, since: 1_000 });
  assert.deepEqual([allowance.take('a', 1_000), allowance.take('a', 1_000)], [true, false]);
  assert.deepEqual(
    [0, 0, 0].map(() => allowance.take('b', 3_000)),
    [true, true, false],
    'two seconds later it is one more',
  );
  const late = Array.from({ length: 5 }, () => allowance.take('c', 60_000));
  assert.deepEqual(late, [true, true, true, true, false], 'and never more than most');
});

void test('Allowance takes nothing away when the clock is set back', () => {
  const allowance = new Allowance(2, 0.5, { first: 2, since: 1_000_000 });
  assert.ok(allowance.take('a', 1_000_000));
  assert.ok(allowance.take('a', 0), 'it has one left');
  assert.ok(allowance.take('b', 0), 'so has one that is new');
});
