// A range request gets what its link opens.
import assert from 'node:assert/strict';
import test from 'node:test';
import { readRanges } from './fetch-ranges.ts';

const allowed = [
  { start: 10, end: 20 },
  { start: 30, end: 40 },
];

void test('readRanges() gives any part of what is allowed, alone or together, in the order asked for', () => {
  assert.deepEqual(readRanges('bytes=10-19', allowed), [{ start: 10, end: 20 }]);
  assert.deepEqual(readRanges('bytes=12-12', allowed), [{ start: 12, end: 13 }]);
  assert.deepEqual(readRanges('bytes=30-39, 10-19', allowed), [allowed[1], allowed[0]]);
});

void test('readRanges() refuses what reaches between or beyond, and what it cannot read', () => {
  for (const header of ['bytes=9-19', 'bytes=10-20', 'bytes=10-39', 'bytes=22-25', 'bytes=19-10'])
    assert.equal(readRanges(header, allowed), undefined, header);
  for (const header of [undefined, '', 'bytes=10-', 'bytes=-5', 'bytes=a-b', 'items=10-19', 'bytes=10-19,'])
    assert.equal(readRanges(header, allowed), undefined, String(header));
});

void test('readRanges() refuses to send the same bytes again and again', () => {
  assert.equal(readRanges('bytes=10-19,10-19,10-19', allowed), undefined);
});
