// Cursors of listings.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha1 } from '@holdfast/kernel/digest';
import { decodeTreeCursor, encodeTreeCursor } from './model.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567' as Sha1;

void test('decodeTreeCursor() gives back what encodeTreeCursor() was given', () => {
  for (const after of ['a', 'a/b\nc', 'ünï/çö', 'x'.repeat(4096)])
    assert.deepEqual(decodeTreeCursor(encodeTreeCursor({ commit: COMMIT, after })), {
      commit: COMMIT,
      after,
    });
});

void test('decodeTreeCursor() knows what is none', () => {
  for (const text of ['', 'nonsense', Buffer.from(COMMIT).toString('base64url'), 'A'.repeat(9000)])
    assert.equal(decodeTreeCursor(text), undefined, text.slice(0, 20));
});
