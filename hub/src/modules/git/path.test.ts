// Paths that try to leave the working copy, or to write into `.git`.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { isGitName, parsePath, twins } from './path.ts';

const codeOf = (text: string): string => {
  try {
    parsePath(text);
    return 'accepted';
  } catch (error) {
    assert.ok(isFault(error), String(error));
    assert.equal(error.kind, 'invalid');
    return error.code;
  }
};

void test('parsePath() accepts what git and every file system accept', () => {
  const names = [
    'a',
    'a/b/c.txt',
    '.gitattributes',
    '.gitignore',
    '.github/x',
    'a.git',
    'git',
    'a/.gitmodules',
    'git~2',

    '...',
    '.hidden',
    'a b',
    '-rf',
    'ünï/日本語.txt',
    '👩‍👩‍👧.png',
    'e\u0301',
    'ab:c',
    '~',
    '$HOME',
    'a'.repeat(255),
    '%2e%2e',
    '.g it',
    'x.git~1',
    'COM1',
    `${'a/'.repeat(2047)}ab`,
  ];
  for (const name of names) assert.equal(parsePath(name), name);
});

void test('parsePath() names what is wrong', () => {
  const cases: Record<string, readonly string[]> = {
    'path.empty': [''],
    'path.absolute': ['/', '/etc/passwd', '//host/share'],
    'path.drive': ['C:/x', 'c:', 'z:x'],
    'path.segment': ['.', '..', 'a/../b', './a', 'a/.', 'a/..'],
    'path.slash': ['a//b', 'a/', 'a/b//'],
    'path.control': ['a\0b', 'a\nb', '\u001b[2J', 'a\u007f', 'a\u009bb', 'a\tb', 'a\r'],
    'path.backslash': ['a\\b', '..\\x', '\\\\host'],
    'path.encoding': ['\ud800', 'a/\udfff/b', 'a\ud83d'],
    'path.git': [
      '.git',
      '.GIT/hooks/pre-commit',
      'a/.Git',
      'git~1',
      'GIT~1/x',
      '.git.',
      '.git ',
      '.git . .',
      'a/.git ./b',

      '.git::$INDEX_ALLOCATION/x',
      '.git:stream',
      'git~1::$DATA',
      'git~1.',
      '.g\u200cit',
      '.gi\u200dt',
      '\ufeff.git',
      '.g\u202eit/config',
      '.git\u206f',
      '.GI\u200fT',
    ],
    'path.too-long': [
      'a'.repeat(256),
      'é'.repeat(128),
      `${'a/'.repeat(2048)}a`,
      'x/'.repeat(1e6),
      `a/${'日'.repeat(86)}`,
    ],
  };
  for (const [code, paths] of Object.entries(cases)) {
    for (const path of paths) assert.equal(codeOf(path), code, JSON.stringify(path.slice(0, 40)));
  }
});

void test('parsePath() says in the message which path it was, on one short printable line', () => {
  assert.throws(
    () => parsePath(`\u001b[31m\u202e${'x'.repeat(500)}\n`),
    (error: Error) => /^[\x20-\x7e…]{1,300}$/.test(error.message) && error.message.includes('\\u202e'),
  );
});

void test('isGitName() sees through every spelling of one letter at a time', () => {
  for (const letter of ['.', 'g', 'i', 't']) {
    for (const unit of ['\u200c', '\u200e', '\u202a', '\u206a', '\ufeff']) {
      assert.ok(isGitName('.git'.replace(letter, letter + unit)));
    }
  }
  for (const name of ['.gitx', 'x.git', '.gi', 'git~10', 'git~1x', '.git-x', ''])
    assert.ok(!isGitName(name), name);
});

void test('twins() names a file that differs by case or normalisation from one that is there', () => {
  assert.deepEqual(twins(['readme.md', 'other'], ['README.md']), [{ path: 'readme.md', twin: 'README.md' }]);
  assert.deepEqual(twins(['caf\u00e9'], ['cafe\u0301']), [{ path: 'caf\u00e9', twin: 'cafe\u0301' }]);
  assert.deepEqual(twins(['A', 'a'], []), [{ path: 'a', twin: 'A' }]);
});

void test('twins() names a folder once and not the files in it', () => {
  assert.deepEqual(twins(['data/a', 'data/b', 'Data/c'], ['Data/a']), [{ path: 'data', twin: 'Data' }]);
});

void test('twins() is silent about what is the same and about twins that were there', () => {
  assert.deepEqual(twins(['a/b', 'a/c'], ['a/b', 'A/b']), []);
  assert.deepEqual(twins([], ['x', 'X']), []);
});
