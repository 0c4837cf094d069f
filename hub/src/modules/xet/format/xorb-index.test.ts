// The index answers for single chunks and for ranges, and survives being stored.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { SCHEME } from './chunk.ts';
import { XorbIndex, XorbIndexBuilder } from './xorb-index.ts';

const hashes = [0, 1, 2, 3].map((chunk) => createHash('sha256').update(String(chunk)).digest());

function indexOf(): XorbIndex {
  const builder = new XorbIndexBuilder();
  const lengths = [
    [10, 100],
    [20, 1],
    [30, 500],
    [40, 399],
  ] as const;
  for (const [chunk, [packedLength, rawLength]] of lengths.entries())
    builder.add({ packedLength, rawLength, scheme: SCHEME.lz4 }, hashes[chunk]!);
  return builder.finish();
}

void test('XorbIndex knows where chunks stand, packed and raw', () => {
  const index = indexOf();
  assert.deepEqual([index.count, index.packedSize, index.rawSize], [4, 132, 1000]);
  assert.deepEqual(
    [0, 1, 2, 3].map((chunk) => index.packedEnd(chunk)),
    [18, 46, 84, 132],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((chunk) => index.rawStart(chunk)),
    [0, 100, 101, 601],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((chunk) => index.rawEnd(chunk)),
    [100, 101, 601, 1000],
  );
  assert.deepEqual(index.packedRange(0, 4), { start: 0, end: 132 });
  assert.deepEqual(index.packedRange(1, 3), { start: 18, end: 84 });
  assert.deepEqual([index.rawLength(0, 4), index.rawLength(1, 3)], [1000, 501]);
  assert.deepEqual(index.hashAt(2), hashes[2]);
  assert.deepEqual(index.hashes(1, 4), Buffer.concat(hashes.slice(1)));
});

void test('chunkAtRaw() finds the chunk of every byte', () => {
  const index = indexOf();
  for (let offset = 0; offset < index.rawSize; offset += 1) {
    const chunk = index.chunkAtRaw(offset);
    assert.ok(index.rawStart(chunk) <= offset && offset < index.rawEnd(chunk));
  }
  for (const outside of [-1, 1000, Number.NaN]) assert.throws(() => index.chunkAtRaw(outside), RangeError);
});

void test('XorbIndex is the same after it was stored, also from within a larger buffer', () => {
  const bytes = indexOf().encode();
  assert.equal(bytes.length, 4 * 40);
  const larger = Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(3)]);
  const decoded = XorbIndex.decode(new Uint8Array(larger.buffer, larger.byteOffset + 3, bytes.length));
  assert.ok(decoded.encode().equals(bytes));
  assert.deepEqual(decoded.packedRange(1, 3), { start: 18, end: 84 });
});

void test('XorbIndex refuses ranges that are empty or go beyond', () => {
  const index = indexOf();
  for (const [start, end] of [
    [0, 0],
    [2, 1],
    [-1, 2],
    [0, 5],
    [4, 5],
    [Number.NaN, 1],
  ] as const) {
    assert.throws(() => index.packedRange(start, end), RangeError);
    assert.throws(() => index.rawLength(start, end), RangeError);
    assert.throws(() => index.hashes(start, end), RangeError);
  }
});

void test('decode() calls what is no index damaged', () => {
  for (const length of [0, 39, 41, 8193 * 40])
    assert.throws(() => XorbIndex.decode(new Uint8Array(length)), /damaged/);
});
