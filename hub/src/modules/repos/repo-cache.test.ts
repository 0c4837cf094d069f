// What is kept of repositories, in bytes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { KeptAnswers } from './repo-cache.ts';

void test('KeptAnswers forgets all where the next would be too much, whatever their number', () => {
  const kept = new KeptAnswers<number, string>((text) => text.length);
  for (let n = 0; n < 63; n += 1) kept.set(n, 'x'.repeat(MiB));
  assert.ok(kept.has(0) && kept.has(62));
  kept.set(63, 'x'.repeat(MiB));
  assert.ok(!kept.has(0) && kept.has(63));
  assert.equal(kept.get(63)?.length, MiB);
});

void test('KeptAnswers forgets all where they are too many, and keeps that nothing was found', () => {
  const kept = new KeptAnswers<number, undefined>(() => 0);
  for (let n = 0; n < 20_000; n += 1) kept.set(n, undefined);
  assert.ok(kept.has(0));
  kept.set(20_000, undefined);
  assert.ok(!kept.has(0) && kept.has(20_000));
});
