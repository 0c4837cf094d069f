// Sizes as people write and read them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatSize, GiB, parseSize } from './size.ts';

void test('parseSize() takes decimal and binary units, with or without a space', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['1000', 1000],
    ['500GB', 500e9],
    ['1.5 TiB', 1.5 * 1024 * GiB],
    ['2gib', 2 * GiB],
    ['0.001kB', 1],
  ] as const)
    assert.equal(parseSize(text), bytes, text);
});

void test('parseSize() refuses what is no size, and what cannot be counted', () => {
  for (const text of [
    '',
    'GB',
    '-1',
    '1e3',
    '1 XB',
    '1  GB',
    ' 1',
    '9007199254740993',
    '9999999TiB',
    '1.2345GB',
  ])
    assert.equal(parseSize(text), undefined, text);
});

void test('formatSize() shows one digit behind the point where it needs one', () => {
  assert.deepEqual([0, 1536, GiB].map(formatSize), ['0 B', '1.5 KiB', '1 GiB']);
});
