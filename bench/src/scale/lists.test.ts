// How what was measured of lists is shown.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatLists } from './lists.ts';

void test('formatLists() shows medians, and the ratio of rounds that were measured beside each other', () => {
  const rounds = (...p95: number[]) => p95.map((value) => ({ p50: value / 2, p95: value }));
  const small = { rounds: rounds(2, 4, 10), pages: 3.4 };
  const large = { rounds: rounds(4, 4, 15), pages: 120 };
  const text = formatLists([{ name: 'list', who: 'anonymous', small, large }], [1000, 1_000_000]);
  const [head, row] = text.split('\n');
  assert.match(head ?? '', /at 1,000 \| .* at 1,000,000/);
  assert.equal(row, 'list | anonymous | 2.0 / 4.0 | 2.0 / 4.0 | 1.50 [1.00-2.00] | 3 → 120');
});
