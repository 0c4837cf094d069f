// Texts that go through a form.
import assert from 'node:assert/strict';
import test from 'node:test';
import { folderOf, isEditable, pathWithin, textFromForm } from './edited-text.ts';

void test('textFromForm() gives the ends of lines back that the file had', () => {
  assert.equal(textFromForm('a\r\nb\r\n', { text: 'a\nb\n', marked: false }), 'a\nb\n');
  assert.equal(textFromForm('a\r\nb', { text: 'x\r\ny', marked: false }), 'a\r\nb');
  assert.equal(textFromForm('a\r\nb', undefined), 'a\nb');
});

void test('textFromForm() gives back the byte order mark that the file had', () => {
  assert.equal(textFromForm('a\r\nb', { text: 'x\r\ny', marked: true }), '\ufeffa\r\nb');
});

void test('isEditable() refuses what would not come back as it was', () => {
  assert.equal(isEditable('a\nb\n'), true);
  assert.equal(isEditable('a\r\nb\r\n'), true);
  for (const text of [undefined, 'a\r\nb\n', 'a\rb', 'x'.repeat(256 * 1024 + 1)])
    assert.equal(isEditable(text), false, String(text).slice(0, 10));
});

void test('pathWithin() and folderOf() go down and up', () => {
  assert.equal(pathWithin('', ' a/b.md '), 'a/b.md');
  assert.equal(pathWithin('docs', 'b.md'), 'docs/b.md');
  assert.equal(folderOf('docs/x/b.md'), 'docs/x');
  assert.equal(folderOf('b.md'), '');
});
