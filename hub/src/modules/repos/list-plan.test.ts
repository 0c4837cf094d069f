// Which way to a page is tried first.
import assert from 'node:assert/strict';
import test from 'node:test';
import { lastWayOf, patienceOf, waysOf, type Belief } from './list-plan.ts';

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
  const search = { cost: 2500, left: 400 };
  const belief = { ...hub, facet: 40_000, matching: 400, search };
  assert.deepEqual(waysOf(belief, LIMIT, BOUNDS), ['search', 'follow']);
  assert.deepEqual(waysOf({ ...belief, matching: 40_000 }, LIMIT, BOUNDS), ['follow', 'search']);
});

void test('waysOf() leaves out what would not end within its bound', () => {
  const search = { cost: 50_000, left: 9000 };
  assert.deepEqual(waysOf({ ...hub, facet: 7000, matching: 100, search }, LIMIT, BOUNDS), []);
});

void test('waysOf() follows repositories themselves for less than narrow rows', () => {
  const search = { cost: 12_000, left: 3000 };
  const belief = { ...hub, matching: 3000, search };
  assert.equal(waysOf(belief, LIMIT, BOUNDS)[0], 'follow');
  assert.equal(waysOf({ ...belief, narrow: false }, LIMIT, { ...BOUNDS, followed: 7000 })[0], 'follow');
  assert.equal(waysOf({ ...belief, narrow: false, matching: 1900 }, LIMIT, BOUNDS)[0], 'search');
});

void test('lastWayOf() does not follow where anything can be gathered', () => {
  const search = { cost: 90_000, left: 30_000 };
  assert.equal(lastWayOf({ ...hub, matching: 300_000, search }, LIMIT), 'search');
  assert.equal(lastWayOf({ ...hub, matching: 50_000, facet: 60_000, search }, LIMIT), 'facet');
  assert.equal(lastWayOf({ ...hub, matching: 5 }, LIMIT), 'follow');
});

void test('patienceOf() ends where what was believed to be frequent is not met', () => {
  const frequent = patienceOf({ ...hub, matching: 60_000 }, LIMIT, BOUNDS.followed);
  assert.ok(frequent > 210 && frequent < 2000, `${frequent}`);
  assert.equal(patienceOf({ ...hub, matching: 300 }, LIMIT, BOUNDS.followed), BOUNDS.followed);
});

void test('waysOf() looks into those with a facet where the words are frequent, and asks the indexes where they are not', () => {
  const search = { cost: 9000, left: 300 };
  const belief = { ...hub, facet: 4000, search };
  assert.equal(waysOf({ ...belief, matching: 800, words: 0.2 }, LIMIT, BOUNDS)[0], 'facet');
  assert.equal(waysOf({ ...belief, matching: 20, words: 0.005 }, LIMIT, BOUNDS)[0], 'search');
});
