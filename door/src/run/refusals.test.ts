// Counting what was refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusals, type Refused } from './refusals.ts';

void test('Refusals tells the first at once, and repeats when the minute is over', () => {
  const told: Refused[] = [];
  const refusals = new Refusals((refused) => told.push(refused));
  for (let count = 0; count < 1_000; count += 1) refusals.add('a.org', 'no', 1_000 + count);
  assert.deepEqual(told, [{ host: 'a.org', why: 'no', count: 1 }]);
  refusals.add('b.org', 'no', 61_000);
  assert.deepEqual(told.slice(1), [
    { host: 'a.org', why: 'no', count: 999 },
    { host: 'b.org', why: 'no', count: 1 },
  ]);
});

void test('Refusals is bounded, whatever an app asks for', () => {
  const told: Refused[] = [];
  const refusals = new Refusals((refused) => told.push(refused));
  for (let count = 0; count < 10_000; count += 1) refusals.add(`h${count}.org\nforged`, 'no', 0);
  refusals.add('x'.repeat(10_000), 'no', 0);
  refusals.flush();
  assert.ok(told.length < 110, String(told.length));
  assert.equal(
    told.reduce((sum, { count }) => sum + count, 0),
    10_001,
  );
  assert.ok(told.every(({ host }) => host.length <= 300 && !host.includes('\n')));
});
