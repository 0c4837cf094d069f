// What is decrypted in pieces is what was encrypted, or nothing.
import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { decipherBytes } from './decipher.ts';

const [KEY, NONCE] = [randomBytes(32), randomBytes(12)];

function seal(plain: Buffer): { readonly sealed: Buffer; readonly tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', KEY, NONCE);
  return { sealed: Buffer.concat([cipher.update(plain), cipher.final()]), tag: cipher.getAuthTag() };
}

void test('decipherBytes() gives what was encrypted, of any length', () => {
  for (const length of [0, 1, 15, 16, 17, 64, 65, 1_000, 40_000]) {
    const plain = randomBytes(length);
    const { sealed, tag } = seal(plain);
    const opened = decipherBytes(createDecipheriv('aes-256-gcm', KEY, NONCE).setAuthTag(tag), sealed);
    assert.ok(opened.equals(plain), `${length} bytes`);
    assert.equal(opened.buffer.byteLength, length, 'nobody else has bytes in its memory');
  }
});

void test('decipherBytes() throws when a byte was changed', () => {
  const { sealed, tag } = seal(randomBytes(100));
  sealed[50] = (sealed[50] ?? 0) ^ 1;
  assert.throws(() => decipherBytes(createDecipheriv('aes-256-gcm', KEY, NONCE).setAuthTag(tag), sealed));
});
