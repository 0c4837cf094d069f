// Generations are numbered so that none comes twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import { generationAt } from './generation.ts';

void test('generationAt() grows with time, is more than the first, and fits the column for decades', () => {
  assert.equal(generationAt(new Date('1999-01-01')), 2);
  const [now, later, last] = ['2026-06-01T00:00:00Z', '2026-06-01T00:00:01Z', '2090-01-01'].map((text) =>
    generationAt(new Date(text)),
  );
  assert.ok(now !== undefined && later !== undefined && last !== undefined);
  assert.equal(later, now + 1);
  assert.ok(last < 2 ** 31);
});
