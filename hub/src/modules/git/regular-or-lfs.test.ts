// Which files go to LFS.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseAttributes } from './attributes.ts';
import { looksBinary, MAX_REGULAR_BYTES, uploadModeOf } from './regular-or-lfs.ts';

const RULES = parseAttributes('*.bin filter=lfs\nkeep.bin -filter\n');
const mode = (path: string, size: number, sample = Buffer.from('text')) =>
  uploadModeOf({ path, size, sample }, RULES);

void test('uploadModeOf() asks the attributes first', () => {
  assert.equal(mode('a.bin', 1), 'lfs');
  assert.equal(mode('keep.bin', 1), 'regular');
});

void test('uploadModeOf() keeps up to 10 MB as regular files', () => {
  assert.equal(mode('a.txt', MAX_REGULAR_BYTES), 'regular');
  assert.equal(mode('a.txt', MAX_REGULAR_BYTES + 1), 'lfs');
});

void test('uploadModeOf() looks at the sample last', () => {
  assert.equal(mode('a.dat', 100, Buffer.from([1, 0, 2])), 'lfs');
  assert.equal(mode('a.dat', 100, Buffer.alloc(0)), 'regular');
});

void test('uploadModeOf() keeps an empty file regular whatever its name', () => {
  assert.equal(mode('a.bin', 0, Buffer.alloc(0)), 'regular');
});

void test('looksBinary() takes text cut inside a character for text', () => {
  for (const text of ['plain', 'é', '日本', '😀😀', '']) {
    const bytes = Buffer.from(text);
    for (let end = 0; end <= bytes.length; end += 1)
      assert.equal(looksBinary(bytes.subarray(0, end)), false, text);
  }
});

void test('looksBinary() sees what is not UTF-8', () => {
  const samples = [
    [0xff],
    [0x80],
    [0x41, 0xc3, 0x28],
    [0x80, 0x80, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0x41, 0xbf],
    [0xf8, 0x80],
    [0],
  ];
  for (const sample of samples) assert.equal(looksBinary(Buffer.from(sample)), true, sample.join());
});
