// What happened by the hour, added up to a day.
import assert from 'node:assert/strict';
import test from 'node:test';
import { countDay } from './hours.ts';

const HOUR = 3_600_000;

void test('countDay() adds up the last 24 hours, and says where more happened than was counted', () => {
  const hours = Array.from({ length: 48 }, (_, n) => ({ at: new Date(n * HOUR), uses: n < 24 ? 1_000 : 2 }));
  const backTo = (uses: Date | undefined) => countDay({ hours, back: { uses } }, 'uses');
  assert.deepEqual(backTo(undefined), { count: 48, isLeast: false });
  assert.deepEqual(backTo(new Date(24 * HOUR)), { count: 48, isLeast: false }, 'the day is whole');
  assert.deepEqual(backTo(new Date(24 * HOUR + 1)), { count: 48, isLeast: true });
});
