// Regrouping is undone for every length.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { regroup, ungroup } from './bg4.ts';

void test('regroup() puts the first bytes of all fours first', () => {
  assert.deepEqual(
    regroup(Uint8Array.of(10, 20, 30, 40, 11, 21, 31, 41, 12, 22)),
    Uint8Array.of(10, 11, 12, 20, 21, 22, 30, 31, 40, 41),
  );
});

void test('ungroup() undoes regroup() for every length', () => {
  for (let length = 0; length < 70; length += 1) {
    const raw = new Uint8Array(randomBytes(length));
    const into = new Uint8Array(length);
    ungroup(regroup(raw), into);
    assert.deepEqual(into, raw, `${length} bytes`);
  }
});

void test('ungroup() writes nothing outside the place it was given', () => {
  const memory = new Uint8Array(40).fill(9);
  ungroup(regroup(new Uint8Array(21)), memory.subarray(7, 28));
  assert.deepEqual(
    [...memory.subarray(0, 7), ...memory.subarray(28)],
    Array.from({ length: 19 }, () => 9),
  );
});
