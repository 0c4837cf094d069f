// The rules a repository starts with, and lines for files with awkward names.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { isLfs, MAX_ATTRIBUTES_LINES, parseAttributes } from './attributes.ts';
import { addLfsPattern, addLfsPatterns, defaultAttributes, exactPattern } from './lfs-attributes.ts';

void test('defaultAttributes() keeps weights by LFS and text in git', () => {
  const attributes = parseAttributes(defaultAttributes('model'));
  for (const path of [
    'model.safetensors',
    'a/b.bin',
    'saved_model/x/y',
    'a.tar.gz',
    'events.out.tfevents.1',
    'x.lfs.y',
  ]) {
    assert.equal(isLfs(path, attributes), true, path);
  }
  for (const path of ['README.md', 'config.json', 'a.png', 'x.lz4', 'model/x'])
    assert.equal(isLfs(path, attributes), false, path);
  assert.equal(defaultAttributes('space'), defaultAttributes('model'));
});

void test('defaultAttributes() of data sets adds sound, images, video and more archives', () => {
  const attributes = parseAttributes(defaultAttributes('dataset'));
  for (const path of ['a.wav', 'a.png', 'a.mp4', 'a.lz4', 'a.mds', 'a.parquet'])
    assert.equal(isLfs(path, attributes), true, path);
  assert.equal(isLfs('a.csv', attributes), false);
});

void test('addLfsPattern() adds a line that matches this file and no other', () => {
  const names = [
    'a b',
    '#x',
    '!x',
    '"q"',
    'a*b',
    'a?b',
    'a[b]c',
    'dir/é 日.dat',
    '[attr]x',
    'a#b',
    "it's",
    '*',
    '**/x',
    '-x',
  ];
  for (const name of names) {
    const attributes = parseAttributes(addLfsPattern('', name));
    assert.equal(isLfs(name, attributes), true, name);
    for (const other of ['aXb', 'x', 'a', 'y/a b', `z/${name}`, 'abc'])
      assert.equal(isLfs(other, attributes), false, `${name} ${other}`);
  }
});

void test('addLfsPattern() leaves the text alone when it says so already, and ends the last line', () => {
  assert.equal(addLfsPattern('*.x filter=lfs', 'a.x'), '*.x filter=lfs');
  assert.equal(addLfsPattern('*.x y', 'b'), '*.x y\n/b filter=lfs diff=lfs merge=lfs -text\n');
  assert.equal(addLfsPattern('*.x y\n', 'b'), '*.x y\n/b filter=lfs diff=lfs merge=lfs -text\n');
});

void test('addLfsPatterns() adds each file once', () => {
  assert.equal(addLfsPatterns('', ['a', 'b', 'a']).split('\n').length, 3);
});

void test('addLfsPatterns() refuses lines that nobody would read', () => {
  const full = (error: unknown): boolean => isFault(error, 'attributes.full');
  assert.throws(() => addLfsPattern('', 'x/'.repeat(1100) + 'x'), full);
  assert.throws(() => addLfsPattern('#\n'.repeat(MAX_ATTRIBUTES_LINES), 'x'), full);
  assert.throws(() => addLfsPattern(`${'#'.repeat(1024 * 1024 - 10)}\n`, 'x'), full);
});

void test('exactPattern() is tied to the root', () => {
  assert.equal(exactPattern('a b'), '/a[[:space:]]b');
});
