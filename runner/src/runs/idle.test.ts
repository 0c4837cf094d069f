// When a run sleeps.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isIdle } from './idle.ts';

const served = { open: 0, lastVisit: 100_000, servedSince: 50_000 };

void test('it sleeps once nobody has been there for its time, and never without one', () => {
  assert.equal(isIdle(served, 60, 159_999), false);
  assert.equal(isIdle(served, 60, 160_000), true);
  assert.equal(isIdle(served, null, 1e12), false);
});

void test('it does not sleep while somebody is there', () => {
  assert.equal(isIdle({ ...served, open: 1 }, 1, 1e12), false);
});

void test('who woke it finds it awake when their page asks again, however short its time', () => {
  const woken = { open: 0, lastVisit: 200_000, servedSince: 203_000 };
  assert.equal(isIdle(woken, 1, 212_999), false);
  assert.equal(isIdle(woken, 1, 213_000), true);
});
