// What `.gitignore` means, also when it is written to cost time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { isIgnored, MAX_IGNORE_LINES, parseIgnore } from './ignore.ts';

const ignored = (text: string, path: string): boolean => isIgnored(path, parseIgnore(text));

void test('isIgnored() lets the last line that matches decide', () => {
  assert.equal(ignored('*.log\n!keep.log\n', 'a.log'), true);
  assert.equal(ignored('*.log\n!keep.log\n', 'keep.log'), false);
  assert.equal(ignored('!keep.log\n*.log\n', 'keep.log'), true);
  assert.equal(ignored('', 'a'), false);
});

void test('isIgnored() leaves out everything inside a folder', () => {
  assert.equal(ignored('build/', 'build/a/b'), true);
  assert.equal(ignored('build/', 'x/build/a'), true);
  assert.equal(ignored('build/', 'build'), false);
  assert.equal(ignored('/build', 'x/build/a'), false);
  assert.equal(ignored('build', 'build/a'), true);
});

void test('isIgnored() takes nothing back out of a folder that is left out', () => {
  assert.equal(ignored('build/\n!build/keep', 'build/keep'), true);
  assert.equal(ignored('build/*\n!build/keep', 'build/keep'), false);
});

void test('isIgnored() reads comments, escapes, spaces, carriage returns and a byte order mark', () => {
  assert.equal(ignored('#a', '#a'), false);
  assert.equal(ignored('\\#a', '#a'), true);
  assert.equal(ignored('\\!a', '!a'), true);
  assert.equal(ignored('a  ', 'a'), true);
  assert.equal(ignored('a\\  ', 'a '), true);
  assert.equal(ignored('a\\\\ ', 'a\\'), true);
  assert.equal(ignored('a\r\nb\r\n', 'a'), true);
  assert.equal(ignored('\ufeffa', 'a'), true);
  assert.equal(ignored('é*', 'école'), true);
});

void test('isIgnored() ignores what git ignores', () => {
  for (const text of ['!', '\n\n', '[', 'a\\', `${'x'.repeat(3000)}`])
    assert.equal(ignored(text, 'a'), false, text);
  assert.equal(ignored(`${'\n'.repeat(MAX_IGNORE_LINES)}a`, 'a'), false);
});

void test('isIgnored() stops counting when patterns are made to be slow', () => {
  const text = `${'**/a'.repeat(400)}b\n`.repeat(100);
  assert.throws(
    () => ignored(text, `${'a/'.repeat(2000)}a`),
    (error) => isFault(error, 'pattern.too-costly'),
  );
});
