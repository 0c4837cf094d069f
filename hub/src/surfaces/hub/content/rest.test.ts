// The rest of a URL, before the router decodes it.
import assert from 'node:assert/strict';
import { type IncomingMessage } from 'node:http';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { decodedRest, encodedRest, revisionRest } from './rest.ts';

function at(url: string): IncomingMessage {
  return { url } as IncomingMessage;
}

void test('encodedRest() counts slashes, whatever the names before them are', () => {
  assert.equal(encodedRest(at('/api/models/tree/tree/tree/main/a%2Fb?recursive=true&x=/y')), 'main/a%2Fb');
  assert.equal(encodedRest(at('/api/datasets/a/b/commits/refs%2Fpr%2F1')), 'refs%2Fpr%2F1');
});

void test('decodedRest() decodes once', () => {
  assert.equal(decodedRest(at('/api/models/a/b/branch/x%2Fy')), 'x/y');
  assert.equal(decodedRest(at('/api/models/a/b/branch/x%252Fy')), 'x%2Fy');
  assert.equal(decodedRest(at('/api/models/a/b/branch/x/')), 'x');
  assert.throws(
    () => decodedRest(at('/api/models/a/b/branch/%ff')),
    (error) => isFault(error, 'revision.encoding'),
  );
});

void test('revisionRest() says of what cannot be a revision that it is not there', () => {
  assert.equal(revisionRest(at('/api/models/a/b/tree/HEAD')), 'HEAD');
  for (const text of ['a..b', '%ff', 'x%00y', ''])
    assert.throws(
      () => revisionRest(at(`/api/models/a/b/commit/${text}`)),
      (error) => isFault(error, 'revision.missing'),
      text,
    );
});
