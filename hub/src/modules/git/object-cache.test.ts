// The cache of immutable content: bounded, and of one repository alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { BoundedCache, ObjectCache } from './object-cache.ts';

void test('set() keeps what is used and lets go of what is not', () => {
  const cache = new BoundedCache<number>(10_000);
  cache.set('kept', 1, 100);
  for (let n = 0; n < 500; n += 1) {
    cache.set(`k${n}`, n, 100);
    assert.equal(cache.get('kept'), 1);
  }
  assert.equal(cache.get('k0'), undefined);
  assert.equal(cache.get('k499'), 499);
});

void test('set() holds no more than the limit', () => {
  const cache = new BoundedCache<number>(10_000);
  for (let n = 0; n < 1000; n += 1) cache.set(`k${n}`, n, 100);
  const kept = Array.from({ length: 1000 }, (_, n) => cache.get(`k${n}`)).filter(
    (value) => value !== undefined,
  );
  assert.ok(kept.length > 10 && kept.length < 10_000 / 250, `${kept.length}`);
});

void test('set() does not keep what would push out a quarter of everything', () => {
  const cache = new BoundedCache<string>(10_000);
  cache.set('large', 'x', 3_000);
  assert.equal(cache.get('large'), undefined);
});

void test('findEntry() tells absence from not knowing, and one repository from another', () => {
  const cache = new ObjectCache();
  const [one, other] = ['1'.repeat(24) as Id, '2'.repeat(24) as Id];
  const commit = 'a'.repeat(40) as Sha1;
  cache.keepEntry({ repo: one, commit, path: 'no' }, null);
  assert.equal(cache.findEntry(one, commit, 'no'), null);
  assert.equal(cache.findEntry(one, commit, 'yes'), undefined);
  assert.equal(cache.findEntry(other, commit, 'no'), undefined);
});
