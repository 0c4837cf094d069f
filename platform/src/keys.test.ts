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

void test('seal() hides bytes, and open() gives them back in their own context alone', () => {
  const keys = new Keys(new Secret(Buffer.alloc(32, 1)));
  const sealed = keys.seal('totp-seed', Buffer.from('a seed'), 'user:a');
  assert.ok(!sealed.includes('a seed'));
  assert.notDeepEqual(keys.seal('totp-seed', Buffer.from('a seed'), 'user:a'), sealed);
  assert.equal(keys.open('totp-seed', sealed, 'user:a').toString(), 'a seed');
  assert.throws(() => keys.open('totp-seed', sealed, 'user:b'));
  assert.throws(() => keys.open('half-sign-in', sealed, 'user:a'));
  for (let at = 0; at < sealed.length; at += 1) {
    const altered = Buffer.from(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    assert.throws(() => keys.open('totp-seed', altered, 'user:a'), `byte ${at}`);
  }
  assert.throws(() => keys.open('totp-seed', sealed.subarray(0, 20), 'user:a'));
  assert.throws(() => new Keys(new Secret(Buffer.alloc(32, 2))).open('totp-seed', sealed, 'user:a'));
});
