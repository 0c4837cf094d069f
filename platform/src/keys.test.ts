// MACs under derived keys.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Secret } from '@holdfast/kernel/secret';
import { Keys } from './keys.ts';

const keys = new Keys(new Secret(Buffer.alloc(32, 7)));

void test('verifies() accepts its own MAC and no other', () => {
  const mac = keys.mac('token-row', ['a', 'b']);
  assert.ok(keys.verifies('token-row', ['a', 'b'], mac));
  assert.ok(!keys.verifies('token-row', ['a', 'c'], mac));
  assert.ok(!keys.verifies('token-row', ['a', 'b'], mac.subarray(1)));
  assert.ok(!keys.verifies('token-row', ['a', 'b'], Buffer.alloc(32)));
});

void test('mac() frames its parts, so that no two lists of parts share a MAC', () => {
  assert.notDeepEqual(keys.mac('token-row', ['ab', 'c']), keys.mac('token-row', ['a', 'bc']));
  assert.notDeepEqual(keys.mac('token-row', ['a']), keys.mac('token-row', ['a', '']));
});

void test('mac() gives each purpose and each root a key of its own', () => {
  assert.notDeepEqual(keys.mac('token-row', ['a']), keys.mac('signed-link', ['a']));
  assert.notDeepEqual(
    keys.mac('token-row', ['a']),
    new Keys(new Secret(Buffer.alloc(32, 8))).mac('token-row', ['a']),
  );
});
