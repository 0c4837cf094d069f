// What is encrypted opens under its key and bound to what it was bound to, and not otherwise.
import assert from 'node:assert/strict';
import test from 'node:test';
import { decrypt, encrypt, makeKey, unwrapKey, wrapKey } from './envelope.ts';

const BOUND = { space: 'a', name: 'KEY', hosts: ['api.example.com'], way: 'brokered' };

void test('a value opens under its key, with what it is bound to', () => {
  const key = makeKey();
  const sealed = encrypt(key, Buffer.from('value'), BOUND);
  assert.equal(decrypt(key, sealed, { ...BOUND }).toString(), 'value');
  assert.ok(!sealed.includes('value'));
});

void test('a value opens under no other key and bound to nothing else', () => {
  const key = makeKey();
  const sealed = encrypt(key, Buffer.from('value'), BOUND);
  assert.throws(() => decrypt(makeKey(), sealed, BOUND));
  for (const other of [
    { ...BOUND, space: 'b' },
    { ...BOUND, hosts: ['evil.example.com'] },
    { ...BOUND, way: 'variable' },
    { ...BOUND, more: 1 },
  ])
    assert.throws(() => decrypt(key, sealed, other));
});

void test('a ciphertext that was changed or cut does not open', () => {
  const key = makeKey();
  const sealed = encrypt(key, Buffer.from('value'), BOUND);
  for (let n = 0; n < sealed.length; n += 1) {
    const changed = Buffer.from(sealed);
    changed[n] = (changed[n] ?? 0) ^ 1;
    assert.throws(() => decrypt(key, changed, BOUND));
    assert.throws(() => decrypt(key, sealed.subarray(0, n), BOUND));
  }
});

void test('a wrapped key is the key', () => {
  const [outer, inner] = [makeKey(), makeKey()];
  const opened = unwrapKey(outer, wrapKey(outer, inner, BOUND), BOUND);
  assert.ok(opened.equals(inner));
});
