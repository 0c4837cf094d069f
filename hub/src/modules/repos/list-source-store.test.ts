// In which direction rows of a facet are read.
import assert from 'node:assert/strict';
import test from 'node:test';
import { orderOf } from './list-order-store.ts';
import { facetSource } from './list-source-store.ts';

void test('facetSource() reads in the direction of the list, so that ties come in its order', () => {
  for (const [ascending, direction] of [
    [true, 'asc'],
    [false, 'desc'],
  ] as const) {
    const { query } = facetSource('model tag bert', orderOf('likes', ascending));
    const parts = JSON.stringify(query.toOperationNode());
    // Of the key and of the repository's id: only then the index is read in one go.
    assert.deepEqual(parts.match(/"(?:asc|desc)"/g), [`"${direction}"`, `"${direction}"`]);
  }
});
