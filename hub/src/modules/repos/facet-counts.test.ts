// What a process remembers of facets.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FacetCounts } from './facet-counts.ts';

void test('sort() puts the rarest first, and takes those that were not met for rare', () => {
  const counts = new FacetCounts();
  counts.note('many', 900);
  counts.note('few', 3);
  assert.deepEqual(counts.sort(['many', 'few', 'new']), ['new', 'few', 'many']);
  counts.note('many', 2);
  assert.deepEqual(counts.sort(['many', 'few']), ['many', 'few']);
});

void test('note() keeps a bounded number of facets', () => {
  const counts = new FacetCounts();
  for (let n = 0; n < 10_001; n += 1) counts.note(`tag ${n}`, n);
  assert.equal(counts.countOf('tag 1'), 0);
  assert.equal(counts.countOf('tag 10000'), 10_000);
});
