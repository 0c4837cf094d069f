// The terms of a file, as bytes and by offset.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type XetHash } from './format/xet-hash.ts';
import { orderFrom, Terms, type Term } from './terms.ts';

const [a, b] = ['0a'.repeat(32) as XetHash, 'b0'.repeat(32) as XetHash];
const list: Term[] = [
  { xorb: a, start: 0, end: 3, rawLength: 100 },
  { xorb: b, start: 7, end: 8, rawLength: 1 },
  { xorb: a, start: 1, end: 2, rawLength: 50 },
];

void test('Terms keep their list through bytes, and name each xorb once', () => {
  const terms = Terms.decode(Terms.of(list).encode());
  assert.deepEqual(
    [0, 1, 2].map((index) => terms.at(index)),
    list,
  );
  assert.deepEqual([terms.count, terms.size], [3, 151]);
  assert.deepEqual(terms.xorbs, [a, b]);
});

void test('Terms of an empty file', () => {
  const terms = Terms.decode(Terms.of([]).encode());
  assert.deepEqual([terms.count, terms.size, terms.xorbs], [0, 0, []]);
});

void test('find() gives the term that holds a byte', () => {
  const terms = Terms.of(list);
  assert.deepEqual(
    [0, 99, 100, 101, 150].map((offset) => terms.find(offset)),
    [0, 0, 1, 2, 2],
  );
});

void test('decode() refuses what is damaged', () => {
  assert.throws(() => Terms.decode(Terms.of(list).encode().subarray(0, -1)), /damaged/);
});

void test('xorbsIn() reads the names of xorbs, also where the rest is cut', () => {
  const bytes = Terms.of(list).encode();
  assert.deepEqual(Terms.xorbsIn(bytes), [a, b]);
  assert.deepEqual(Terms.xorbsIn(bytes.subarray(0, 4 + 32 + 31)), [a]);
});

void test('orderFrom() gives what follows, then what was before', () => {
  const c = 'cc'.repeat(32) as XetHash;
  assert.deepEqual(orderFrom(b, [a, b, c]), [c, a]);
  assert.deepEqual(orderFrom(c, [a, b]), [a, b]);
});
