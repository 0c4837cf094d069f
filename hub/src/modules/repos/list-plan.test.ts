// Which way to a page is tried first.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isListed, patienceOf, waysOf, type Belief } from './list-plan.ts';

const BOUNDS = { facet: 6000, search: 4500, followed: 40_000 };
const LIMIT = 21;
const hub: Belief = {
  all: 600_000,
  matching: 0,
  facet: undefined,
  search: undefined,
  words: 1,
  narrow: true,
};

void test('waysOf() gathers the rare and follows for the frequent', () => {
  assert.deepEqual(waysOf({ ...hub, facet: 300, matching: 300 }, LIMIT, BOUNDS), ['facet']);
  assert.deepEqual(waysOf({ ...hub, facet: 90_000, matching: 90_000 }, LIMIT, BOUNDS), ['follow']);
  assert.equal(waysOf({ ...hub, facet: 1000, matching: 1000 }, LIMIT, BOUNDS)[0], 'facet');
  assert.equal(waysOf({ ...hub, facet: 5900, matching: 5900 }, LIMIT, BOUNDS)[0], 'follow');
});

void test('waysOf() asks the indexes for what is frequent alone and rare together', () => {
  const search = { listed: 900, cost: 2500, left: 400 };
  const belief = { ...hub, facet: 40_000, matching: 400, search };
  assert.deepEqual(waysOf(belief, LIMIT, BOUNDS), ['search', 'follow']);
  assert.deepEqual(waysOf({ ...belief, matching: 40_000 }, LIMIT, BOUNDS), ['follow', 'search']);
});

void test('waysOf() leaves out what would not end within its bound', () => {
  const search = { listed: 14_000, cost: 50_000, left: 9000 };
  assert.deepEqual(waysOf({ ...hub, facet: 7000, matching: 100, search }, LIMIT, BOUNDS), []);
});

void test('waysOf() follows repositories themselves for less than narrow rows', () => {
  const search = { listed: 3000, cost: 12_000, left: 3000 };
  const belief = { ...hub, matching: 3000, search };
  assert.equal(waysOf(belief, LIMIT, BOUNDS)[0], 'follow');
  assert.equal(waysOf({ ...belief, narrow: false }, LIMIT, { ...BOUNDS, followed: 7000 })[0], 'follow');
  assert.equal(waysOf({ ...belief, narrow: false, matching: 1900 }, LIMIT, BOUNDS)[0], 'search');
});

void test('isListed() keeps what the indexes must list within a bound at any size of hub', () => {
  assert.equal(isListed(hub), false);
  assert.equal(isListed({ ...hub, search: { listed: 20_000, cost: 200_000, left: 90_000 } }), true);
  assert.equal(isListed({ ...hub, search: { listed: 31_000, cost: 31_100, left: 10 } }), false);
  const search = { listed: 31_000, cost: 31_100, left: 10 };
  assert.ok(!waysOf({ ...hub, matching: 10, search }, LIMIT, BOUNDS).includes('search'));
});

void test('patienceOf() ends where what was believed to be frequent is not met', () => {
  const frequent = patienceOf({ ...hub, matching: 60_000 }, LIMIT, BOUNDS.followed);
  assert.ok(frequent > 210 && frequent < 2000, `${frequent}`);
  assert.equal(patienceOf({ ...hub, matching: 300 }, LIMIT, BOUNDS.followed), BOUNDS.followed);
});

void test('waysOf() looks into those with a facet where the words are frequent, and asks the indexes where they are not', () => {
  const search = { listed: 7800, cost: 9000, left: 300 };
  const belief = { ...hub, facet: 4000, search };
  assert.equal(waysOf({ ...belief, matching: 800, words: 0.2 }, LIMIT, BOUNDS)[0], 'facet');
  assert.equal(waysOf({ ...belief, matching: 20, words: 0.005 }, LIMIT, BOUNDS)[0], 'search');
});
