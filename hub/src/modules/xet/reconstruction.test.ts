// Which chunks give a range: no more than needed, and nothing between them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type XetHash } from './format/xet-hash.ts';
import { XorbIndex } from './format/xorb-index.ts';
import { reconstruct, xorbsOf } from './reconstruction.ts';
import { Terms } from './terms.ts';

const [a, b] = ['0a'.repeat(32) as XetHash, 'b0'.repeat(32) as XetHash];

/** A xorb of chunks of ten bytes, stored in eighteen each. */
function indexOf(chunks: number): XorbIndex {
  const bytes = Buffer.alloc(chunks * 40);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    bytes.writeUInt32LE((chunk + 1) * 18, chunks * 32 + chunk * 4);
    bytes.writeUInt32LE((chunk + 1) * 10, chunks * 36 + chunk * 4);
  }
  return XorbIndex.decode(bytes);
}

const find = (xorb: XetHash): XorbIndex => indexOf(xorb === a ? 8 : 4);
// Bytes 0 to 30 are chunks 2, 3, 4 of a; 30 to 40 chunk 0 of b; 40 to 60 chunks 6, 7 of a.
const terms = Terms.of([
  { xorb: a, start: 2, end: 5, rawLength: 30 },
  { xorb: b, start: 0, end: 1, rawLength: 10 },
  { xorb: a, start: 6, end: 8, rawLength: 20 },
]);

void test('reconstruct() gives a whole file, and leaves out the chunk between two of its parts', () => {
  const { skip, terms: parts, xorbs } = reconstruct(terms, { start: 0, end: 60 }, find);
  assert.equal(skip, 0);
  assert.deepEqual(
    parts.map(({ start, end, rawLength }) => [start, end, rawLength]),
    [
      [2, 5, 30],
      [0, 1, 10],
      [6, 8, 20],
    ],
  );
  assert.deepEqual(xorbs.get(a), [
    { chunks: { start: 2, end: 5 }, bytes: { start: 36, end: 90 } },
    { chunks: { start: 6, end: 8 }, bytes: { start: 108, end: 144 } },
  ]);
});

void test('reconstruct() trims the first and the last term to the range', () => {
  const { skip, terms: parts } = reconstruct(terms, { start: 15, end: 41 }, find);
  assert.equal(skip, 5);
  assert.deepEqual(
    parts.map(({ start, end, rawLength }) => [start, end, rawLength]),
    [
      [3, 5, 20],
      [0, 1, 10],
      [6, 7, 10],
    ],
  );
});

void test('reconstruct() gives a single byte, at either side of a border', () => {
  const at = (start: number) => reconstruct(terms, { start, end: start + 1 }, find);
  assert.deepEqual([at(29).terms[0]?.xorb, at(29).skip], [a, 9]);
  assert.deepEqual([at(30).terms[0]?.xorb, at(30).skip], [b, 0]);
  assert.deepEqual([at(59).terms.length, at(59).terms[0]?.start], [1, 7]);
});

void test('reconstruct() joins what touches or overlaps in one xorb', () => {
  const twice = Terms.of([
    { xorb: a, start: 0, end: 2, rawLength: 20 },
    { xorb: a, start: 2, end: 4, rawLength: 20 },
    { xorb: a, start: 1, end: 3, rawLength: 20 },
  ]);
  const { xorbs } = reconstruct(twice, { start: 0, end: 60 }, find);
  assert.deepEqual(xorbs.get(a), [{ chunks: { start: 0, end: 4 }, bytes: { start: 0, end: 72 } }]);
});

void test('xorbsOf() names what a range needs', () => {
  assert.deepEqual(xorbsOf(terms, { start: 0, end: 30 }), [a]);
  assert.deepEqual(xorbsOf(terms, { start: 29, end: 31 }), [a, b]);
  assert.deepEqual(xorbsOf(terms, { start: 5, end: 5 }), []);
});
