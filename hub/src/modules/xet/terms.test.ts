// The terms of a file, as bytes and by offset.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type XetHash } from './format/xet-hash.ts';
import { Terms, xorbsAround, type Term } from './terms.ts';

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

void test('xorbsAround() gives what follows one and what precedes it, also where the rest is cut', () => {
  const names = Array.from({ length: 6 }, (_none, number) => `${number}0`.repeat(32) as XetHash);
  const head = Terms.of(names.map((xorb) => ({ xorb, start: 0, end: 1, rawLength: 1 }))).encode();
  const of = (number: number, limit: number, bytes = head) => {
    const { after, before } = xorbsAround(bytes, names[number] ?? a, limit);
    return [after, before].map((some) => some.map((name) => names.indexOf(name)));
  };
  assert.deepEqual(of(2, 9), [
    [3, 4, 5],
    [0, 1],
  ]);
  assert.deepEqual(of(2, 1), [[3], [1]]);
  assert.deepEqual(of(1, 9, head.subarray(0, 4 + 32 * 3 + 31)), [[2], [0]]);
  assert.deepEqual(of(6, 2), [[0, 1], []]);
});
