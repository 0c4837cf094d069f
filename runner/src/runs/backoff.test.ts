// When an app that ended is started again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { countCrash, pauseAfter } from './backoff.ts';

const SOON = { listened: true, cause: 'app', forMs: 5_000 } as const;

void test('pauseAfter() doubles with each end in a row, and leaves it alone in the end', () => {
  let crashes = 0;
  const pauses = Array.from({ length: 6 }, () => {
    crashes = countCrash(crashes, SOON);
    return pauseAfter(crashes, SOON);
  });
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
});

void test('pauseAfter() does not start again what never accepted a connection', () => {
  assert.equal(pauseAfter(1, { listened: false, cause: 'app' }), undefined);
});

void test('pauseAfter() starts again what lost its door before it accepted a connection, but not for ever', () => {
  assert.equal(pauseAfter(1, { listened: false, cause: 'door' }), 1_000);
  assert.equal(pauseAfter(6, { listened: false, cause: 'door' }), undefined);
});

void test('countCrash() begins anew after an app ran for long', () => {
  assert.equal(countCrash(4, { cause: 'app', forMs: 3_600_000 }), 1);
});

void test('pauseAfter() goes on asking a vault that gave no secrets yet, and no crash is counted', () => {
  assert.equal(countCrash(3, { cause: 'vault', forMs: 100 }), 3);
  assert.equal(pauseAfter(6, { listened: false, cause: 'vault' }), 5_000);
});
