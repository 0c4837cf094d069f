// Ids that everybody can check with git.
import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeBlobId, objectHeader } from './object.ts';

void test('encodeBlobId() gives the ids git gives', () => {
  assert.equal(encodeBlobId(Buffer.alloc(0)), 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
  assert.equal(encodeBlobId(Buffer.from('hello\n')), 'ce013625030ba8dba906f756967f9e9ca394464a');
});

void test('objectHeader() ends in a NUL', () => {
  assert.equal(objectHeader('blob', 12), 'blob 12\0');
});
