// How what was measured of lists is shown.
import assert from 'node:assert/strict';
import test from 'node:test';
import { missed } from '../goals.ts';
import { formatLists, goalsOf } from './lists.ts';

void test('formatLists() shows medians, and the ratio of rounds that were measured beside each other', () => {
  const rounds = (...p95: number[]) => p95.map((value) => ({ p50: value / 2, p95: value }));
  const small = { rounds: rounds(2, 4, 10), pages: 3.4 };
  const large = { rounds: rounds(4, 4, 15), pages: 120 };
  const text = formatLists([{ name: 'list', who: 'anonymous', small, large }], [1000, 1_000_000]);
  const [head, row] = text.split('\n');
  assert.match(head ?? '', /at 1,000 \| .* at 1,000,000/);
  assert.equal(row, 'list | anonymous | 2.0 / 4.0 | 2.0 / 4.0 | 1.50 [1.00-2.00] | 3 → 120');
});

void test('goalsOf() holds a ratio where times are to be close, and a time where they are to be short', () => {
  const measured = (...p95: number[]) => ({ rounds: p95.map((value) => ({ p50: 1, p95: value })), pages: 0 });
  const [small, large] = [measured(10, 10, 10), measured(14, 16, 60)];
  const of = (goal?: 'close' | 'short', at = large) =>
    missed(
      goalsOf([{ name: 'list', who: 'anonymous', small, large: at, ...(goal !== undefined && { goal }) }]),
    );
  assert.deepEqual(of('close'), [
    'missed: list (anonymous) at p95, as a ratio is 1.600, and is to be under 1.5',
  ]);
  assert.deepEqual(of('short'), []);
  assert.deepEqual(of('short', measured(49, 51, 52)), [
    'missed: list (anonymous) at p95, in ms is 51.000, and is to be under 50',
  ]);
  assert.deepEqual(of(), []);
});
