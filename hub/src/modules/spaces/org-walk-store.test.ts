// A page of what an organisation's Spaces have ends where it is full, or where enough was looked at, and goes on from there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { pageOf, WALKED } from './org-walk-store.ts';

const rows = (count: number, isListed: (n: number) => boolean) =>
  Array.from({ length: count }, (_, n) => ({ id: `id-${n}` as Id, isListed: isListed(n) }));

void test('pageOf() leaves out what is not listed, and goes on only where there is more', () => {
  assert.deepEqual(pageOf([], 2), { items: [] });
  const few = pageOf(
    rows(5, (n) => n % 2 === 1),
    2,
  );
  assert.deepEqual([few.items.map(({ id }) => id), few.next], [['id-1', 'id-3'], undefined]);
  const full = pageOf(
    rows(5, () => true),
    2,
  );
  assert.deepEqual([full.items.map(({ id }) => id), full.next], [['id-0', 'id-1'], 'id-1']);
});

void test('pageOf() goes on behind the last that was looked at, where none of them is listed', () => {
  const none = pageOf(
    rows(WALKED, () => false),
    2,
  );
  assert.deepEqual(none, { items: [], next: `id-${WALKED - 1}` });
});
