// Days of downloads.
import assert from 'node:assert/strict';
import test from 'node:test';
import { everyDay } from './days.ts';

void test('everyDay() has each of 30 days once, today last, and leaves out what is older', () => {
  const known = [
    { day: '2026-10-28', count: 9 },
    { day: '2026-10-29', count: 2 },
    { day: '2026-11-27', count: 5 },
  ];
  const days = everyDay(known, new Date('2026-11-27T23:59:59Z'));
  assert.equal(new Set(days.map(({ day }) => day)).size, 30);
  assert.deepEqual([days[0], days.at(-1)], known.slice(1));
  assert.equal(
    days.reduce((sum, { count }) => sum + count, 0),
    7,
  );
});
