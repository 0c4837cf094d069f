// When the store is looked through, and how fast.
import assert from 'node:assert/strict';
import test from 'node:test';
import { nextPhase, pauseFor, placeFor, type ScrubPlace } from './model.ts';

const AT = new Date('2026-01-10T00:00:00Z');
const later = (days: number): Date => new Date(AT.getTime() + days * 24 * 3_600_000);
const place: ScrubPlace = { phase: 'packs', passed: 'ab', begunAt: AT, endedAt: null };

void test('placeFor() begins once a week, and goes on where it was', () => {
  assert.deepEqual(placeFor(undefined, AT), { phase: 'objects', passed: '', begunAt: AT, endedAt: null });
  assert.equal(placeFor(place, later(30)), place);
  assert.equal(placeFor({ ...place, endedAt: later(1) }, later(6)), undefined);
  assert.equal(placeFor({ ...place, endedAt: later(1) }, later(7))?.begunAt.getTime(), later(7).getTime());
});

void test('nextPhase() goes through all of them, and ends', () => {
  const second = nextPhase(place, later(1));
  assert.deepEqual([second.phase, second.passed, second.endedAt], ['held-objects', '', null]);
  const fourth = nextPhase(nextPhase(second, later(1)), later(1));
  assert.deepEqual([fourth.phase, fourth.endedAt], ['git-objects', null]);
  const last = nextPhase(fourth, later(1));
  assert.deepEqual([last.phase, last.endedAt], ['git-objects', later(1)]);
});

void test('pauseFor() keeps the rate, and never waits for less than nothing', () => {
  assert.equal(pauseFor(1000, { elapsed: 200, rate: 1000 }), 800);
  assert.equal(pauseFor(1000, { elapsed: 2000, rate: 1000 }), 0);
});
