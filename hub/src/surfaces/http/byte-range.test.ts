// What Range headers ask for, and how answers with several ranges are framed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { contentRange, frameByteRanges, parseRange } from './byte-range.ts';

const whole = { kind: 'whole' };
const unsatisfiable = { kind: 'unsatisfiable' };
const ranges = (...list: [number, number][]): object => ({
  kind: 'ranges',
  ranges: list.map(([start, end]) => ({ start, end })),
});

void test('parseRange() reads one range, an open one and a suffix', () => {
  assert.deepEqual(parseRange('bytes=0-0', 10), ranges([0, 1]));
  assert.deepEqual(parseRange('bytes=2-5', 10), ranges([2, 6]));
  assert.deepEqual(parseRange('bytes=4-', 10), ranges([4, 10]));
  assert.deepEqual(parseRange('bytes=-3', 10), ranges([7, 10]));
  assert.deepEqual(parseRange('Bytes=1-1', 10), ranges([1, 2]));
});

void test('parseRange() cuts at the end of the file', () => {
  assert.deepEqual(parseRange('bytes=0-100000', 10), ranges([0, 10]));
  assert.deepEqual(parseRange('bytes=-100000', 10), ranges([0, 10]));
  assert.deepEqual(parseRange('bytes=9-99999999999999999999999999', 10), ranges([9, 10]));
});

void test('parseRange() says unsatisfiable when no range lies inside the file', () => {
  for (const header of [
    'bytes=10-',
    'bytes=10-20',
    'bytes=-0',
    'bytes=99999999999999999999999-',
    'bytes=10-,-0',
  ]) {
    assert.deepEqual(parseRange(header, 10), unsatisfiable, header);
  }
});

void test('parseRange() ignores what is malformed or of another unit', () => {
  const malformed = [
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=1',
    'bytes=1-2-3',
    'bytes=,',
  ];
  for (const header of [
    ...malformed,
    'items=0-1',
    'bytes=0-1;2-3',
    'bytes=0x0-0x1',
    'bytes=0-1,zzz',
    'bytes=+1-2',
  ]) {
    assert.deepEqual(parseRange(header, 10), whole, header);
  }
  assert.deepEqual(parseRange(undefined, 10), whole);
});

void test('parseRange() keeps the order of separate ranges and drops those outside', () => {
  assert.deepEqual(parseRange('bytes=8-9, 0-1,, 50-60', 10), ranges([8, 10], [0, 2]));
});

void test('parseRange() joins ranges that overlap or touch', () => {
  assert.deepEqual(parseRange('bytes=0-5,3-8', 10), ranges([0, 9]));
  assert.deepEqual(parseRange('bytes=5-9,0-4', 10), ranges([0, 10]));
  assert.deepEqual(parseRange('bytes=6-7,0-1,1-2', 10), ranges([0, 3], [6, 8]));
});

void test('parseRange() never lets a header ask for more bytes than the file has', () => {
  const many = parseRange(`bytes=${Array.from({ length: 64 }, () => '0-').join(',')}`, 1000);
  assert.deepEqual(many, ranges([0, 1000]));
  const tooMany = Array.from({ length: 65 }, (_, index) => `${index * 2}-${index * 2}`).join(',');
  assert.deepEqual(parseRange(`bytes=${tooMany}`, 1000), whole);
  assert.deepEqual(parseRange(`bytes=0-1,${' '.repeat(4000)}3-4`, 1000), whole);
});

void test('parseRange() answers byte 0 of an empty file as a whole and refuses later ones', () => {
  assert.deepEqual(parseRange('bytes=0-0', 0), whole);
  assert.deepEqual(parseRange('bytes=0-', 0), whole);
  assert.deepEqual(parseRange('bytes=-5', 0), whole);
  assert.deepEqual(parseRange('bytes=1-', 0), unsatisfiable);
});

void test('contentRange() counts its last byte in', () => {
  assert.equal(contentRange({ start: 0, end: 1 }, 10), 'bytes 0-0/10');
  assert.equal(contentRange(undefined, 10), 'bytes */10');
});

void test('frameByteRanges() announces exactly the bytes it frames', () => {
  const frame = frameByteRanges(
    [
      { start: 0, end: 2 },
      { start: 5, end: 6 },
    ],
    { size: 9, contentType: 'text/plain', boundary: 'edge' },
  );
  const content = Buffer.from('abcdefghi');
  const body = Buffer.concat([
    ...frame.parts.flatMap(({ head, range }) => [head, content.subarray(range.start, range.end)]),
    frame.tail,
  ]);
  assert.equal(body.length, frame.length);
  assert.equal(frame.contentType, 'multipart/byteranges; boundary=edge');
  const part = (range: string, text: string): string =>
    `--edge\r\nContent-Type: text/plain\r\nContent-Range: bytes ${range}/9\r\n\r\n${text}\r\n`;
  assert.equal(body.toString(), `${part('0-1', 'ab')}${part('5-5', 'f')}--edge--\r\n`);
});
