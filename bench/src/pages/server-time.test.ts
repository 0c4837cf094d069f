// How what was measured of pages is shown.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatPages } from './server-time.ts';

void test('formatPages() shows medians beside those of the API, and whether p95 is within the goal', () => {
  const times = (cpu: number, ...ms: number[]) => ({ cpu, ms });
  const page = times(4.21, 10, 20, 49);
  const yard = times(0.5, 4, 5, 6);
  const [head, fast, slow] = formatPages([
    { name: 'card', who: 'signed in', first: times(9, 30, 40), page, yard },
    { name: 'card', who: 'anonymous', first: undefined, page: times(4, 10, 20, 50), yard },
  ]).split('\n');
  assert.match(head ?? '', /p95 under 50 ms$/);
  assert.equal(fast, 'card | signed in | 20.0 / 49.0 | 35.0 / 40.0 | 5.0 / 6.0 | 4.00 | 4.2 | 0.5 | reached');
  assert.match(slow ?? '', /^card \| anonymous \| 20\.0 \/ 50\.0 \|  \| .* missed$/);
});
