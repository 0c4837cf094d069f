// When an app that ended is started again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { countCrash, pauseAfter } from './backoff.ts';

const SOON = { listened: true, forMs: 5_000 };

void test('pauseAfter() doubles with each end in a row, and leaves it alone in the end', () => {
  let crashes = 0;
  const pauses = Array.from({ length: 6 }, () => {
    crashes = countCrash(crashes, SOON);
    return pauseAfter(crashes, SOON);
  });
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
});

void test('pauseAfter() does not start again what never accepted a connection', () => {
  assert.equal(pauseAfter(1, { listened: false, forMs: 5_000 }), undefined);
});

void test('countCrash() begins anew after an app ran for long', () => {
  assert.equal(countCrash(4, { listened: true, forMs: 3_600_000 }), 1);
});
