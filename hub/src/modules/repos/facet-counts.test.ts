// What a process remembers of facets.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FacetCounts } from './facet-counts.ts';

let minutes = 0;
const clock = { now: () => new Date(minutes * 60_000) };

void test('sort() puts the rarest first, and takes those that were not met for rare', () => {
  const counts = new FacetCounts(clock);
  counts.noteCounted('many', 900);
  counts.noteCounted('few', 3);
  assert.deepEqual(counts.sort(['many', 'few', 'new']), ['new', 'few', 'many']);
  counts.noteCounted('many', 2);
  assert.deepEqual(counts.sort(['many', 'few']), ['many', 'few']);
});

void test('noteCounted() keeps a bounded number of facets', () => {
  const counts = new FacetCounts(clock);
  for (let n = 0; n < 10_001; n += 1) counts.noteCounted(`tag ${n}`, n);
  assert.equal(counts.countOf('tag 1'), 0);
  assert.equal(counts.countOf('tag 10000'), 10_000);
});

void test('isKnown() says no once what was noted has grown old', () => {
  const counts = new FacetCounts(clock);
  counts.noteCounted('tag', 5);
  assert.equal(counts.countedOf('tag'), 5);
  counts.noteEstimate('tag', 7);
  assert.equal(counts.countedOf('tag'), undefined);
  minutes += 9;
  assert.ok(counts.isKnown('tag'));
  minutes += 2;
  assert.ok(!counts.isKnown('tag'));
});
