// Ids are found again, whatever their number.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha1, type Sha1 } from '@holdfast/kernel/digest';
import { OidSet } from './oid-set.ts';

void test('OidSet has what was added, each once, and nothing else, while it grows', () => {
  const set = new OidSet();
  for (let n = 0; n < 5_000; n += 1) {
    assert.equal(set.has(sha1(String(n))), false);
    assert.equal(set.add(sha1(String(n))), true);
    assert.equal(set.add(sha1(String(n))), false);
  }
  assert.equal(set.size, 5_000);
  for (let n = 0; n < 5_000; n += 1) assert.equal(set.has(sha1(String(n))), true, String(n));
});

void test('OidSet tells ids apart that begin alike', () => {
  const set = new OidSet();
  const alike = Array.from({ length: 50 }, (_, n) => `${'00000001'.padEnd(38, '0')}${n + 10}` as Sha1);
  for (const oid of alike) assert.equal(set.add(oid), true);
  for (const oid of alike) assert.equal(set.has(oid), true);
  assert.equal(set.has(`${'00000001'.padEnd(38, '0')}99` as Sha1), false);
});

void test('OidSet holds the id that looks like an empty place', () => {
  const set = new OidSet();
  const zero = '0'.repeat(40) as Sha1;
  assert.equal(set.has(zero), false);
  assert.equal(set.add(zero), true);
  assert.equal(set.add(zero), false);
  assert.equal(set.has(zero), true);
  assert.equal(set.size, 1);
});
