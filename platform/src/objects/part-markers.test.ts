// The arithmetic and the marker names of uploads in parts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { countParts, findMissingPart, parseMarker, partLength } from './part-markers.ts';

void test('partLength() gives the last part what is left', () => {
  const upload = { size: 25, partSize: 10 };
  assert.equal(countParts(upload), 3);
  assert.deepEqual(
    [1, 2, 3].map((number) => partLength(upload, number)),
    [10, 10, 5],
  );
  assert.deepEqual(
    [1, 2].map((number) => partLength({ size: 20, partSize: 10 }, number)),
    [10, 10],
  );
  assert.equal(countParts({ size: 0, partSize: 10 }), 0);
});

void test('partLength() refuses numbers that do not exist', () => {
  for (const number of [0, 4, -1, 1.5, NaN, Infinity]) {
    assert.throws(
      () => partLength({ size: 25, partSize: 10 }, number),
      (error) => isFault(error, 'parts.number'),
    );
  }
});

void test('parseMarker() reads each kind back', () => {
  const digest = 'a'.repeat(64);
  assert.deepEqual(parseMarker('writing-3-0f-hub-1'), {
    kind: 'writing',
    name: 'writing-3-0f-hub-1',
    number: 3,
    instance: 'hub-1',
  });
  assert.deepEqual(parseMarker('part-12-ab'), { kind: 'part', name: 'part-12-ab', number: 12, etag: 'ab' });
  assert.deepEqual(parseMarker('sealing-0f-hub'), {
    kind: 'sealing',
    name: 'sealing-0f-hub',
    instance: 'hub',
  });
  assert.deepEqual(parseMarker(`hashed-${digest}`), {
    kind: 'hashed',
    name: `hashed-${digest}`,
    sha256: digest,
  });
  for (const name of ['bytes', 'hashed-zz', 'part-x-ab', ''])
    assert.equal(parseMarker(name), undefined, name);
});

void test('findMissingPart() names the first part that is absent or has another ETag', () => {
  const upload = { size: 20, partSize: 10 };
  const markers = ['bytes', 'part-1-aa', 'part-2-bb']
    .map(parseMarker)
    .filter((marker) => marker !== undefined);
  const named = (first: string, second?: string): { number: number; etag: string }[] => [
    { number: 1, etag: first },
    ...(second === undefined ? [] : [{ number: 2, etag: second }]),
  ];
  assert.equal(findMissingPart(upload, named('aa', 'bb'), markers), undefined);
  assert.equal(findMissingPart(upload, named('aa', 'cc'), markers), 2);
  assert.equal(findMissingPart(upload, named('aa'), markers), 2);
  assert.equal(findMissingPart(upload, [], markers), 1);
});
