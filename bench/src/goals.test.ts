// Which figures let a benchmark fail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCode, missed, type Goal } from './goals.ts';

const late = (figure: number): Goal => ({ what: 'p99 added', figure, limit: 5, side: 'under' });
const ratio = (figure: number): Goal => ({ what: 'ratio', figure, limit: 0.5, side: 'reach' });

void test('missed() names what is on the wrong side of its limit, the limit itself included', () => {
  assert.deepEqual(missed([late(4.999), ratio(0.5)]), []);
  assert.deepEqual(missed([late(5), ratio(0.499)]), [
    'missed: p99 added is 5.000, and is to be under 5',
    'missed: ratio is 0.499, and is to reach 0.5',
  ]);
});

void test('missed() takes what was not measured for missed', () => {
  assert.equal(missed([late(Number.NaN), ratio(Number.NaN)]).length, 2);
});

void test('exitCode() is that of a failure where one of the goals is missed', (t) => {
  const said = t.mock.method(console, 'error', () => undefined);
  assert.equal(exitCode([late(4), ratio(0.6)]), 0);
  assert.equal(exitCode([late(4), ratio(0.4)]), 1);
  assert.equal(said.mock.callCount(), 1);
});
