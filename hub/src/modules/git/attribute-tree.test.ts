// Rules of many folders: the deepest that says something decides.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { AttributeTree } from './attribute-tree.ts';
import { isLfs } from './attributes.ts';

void test('of() lets the deepest folder decide, whatever the order in which files are added', () => {
  const tree = new AttributeTree('*.bin filter=lfs\nsub/text.bin -filter\n');
  tree.add('sub/deep', '*.bin filter=lfs\n');
  tree.add('sub', '*.bin -filter\nkept.bin filter=lfs\n');
  assert.equal(isLfs('a.bin', tree), true);
  assert.equal(isLfs('sub/a.bin', tree), false);
  assert.equal(isLfs('sub/kept.bin', tree), true, 'in one file the last line that matches');
  assert.equal(isLfs('sub/deep/a.bin', tree), true);
  assert.equal(isLfs('sub/deep/er/a.bin', tree), true);
  assert.equal(isLfs('other/sub/a.bin', tree), true, 'a folder of the same name elsewhere has no say');
});

void test('of() reads the patterns of a folder from that folder', () => {
  const tree = new AttributeTree('');
  tree.add('a/b', '/x filter=lfs\nc/y filter=lfs\n');
  const lfs = ['x', 'a/x', 'a/b/x', 'a/b/c/x', 'a/b/c/y', 'c/y', 'a/bb/x'].filter((path) =>
    isLfs(path, tree),
  );
  assert.deepEqual(lfs, ['a/b/x', 'a/b/c/y']);
});

void test('macros are defined at the root and meant everywhere', () => {
  const tree = new AttributeTree('[attr]big filter=lfs\n');
  tree.add('a', '*.w big\n[attr]big -filter\n[attr]own filter=lfs\n*.o own\n');
  assert.equal(isLfs('a/x.w', tree), true);
  assert.equal(isLfs('a/x.o', tree), false);
});

void test('all folders together cost no more than the limit for one path', () => {
  const tree = new AttributeTree('');
  const slow = Array.from({ length: 2_000 }, (_none, n) => `*a*a*a*a*${n} text\n`).join('');
  const folders = Array.from({ length: 60 }, (_none, n) =>
    Array.from({ length: n + 1 }, () => 'f').join('/'),
  );
  for (const folder of folders) tree.add(folder, slow);
  const path = `${folders.at(-1) ?? ''}/${'a'.repeat(200)}`;
  assert.throws(
    () => tree.of(path),
    (error) => isFault(error, 'pattern.too-costly'),
  );
});
