// Where a revision ends in an address, however it is encoded.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { splitRevisionPath } from './revision-path.ts';

const OID = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
const split = (raw: string) => splitRevisionPath(raw).map(({ text, path }) => [text, path]);
const codeOf = (raw: string): string | undefined => {
  try {
    splitRevisionPath(raw);
    return undefined;
  } catch (error) {
    return isFault(error) ? error.code : String(error);
  }
};

void test('splitRevisionPath() reads a plain name first as the whole revision', () => {
  assert.deepEqual(split('main'), [['main', '']]);
  assert.deepEqual(split('main/'), [['main', '']]);
  assert.deepEqual(split('main/a/b.txt'), [
    ['main', 'a/b.txt'],
    ['main/a', 'b.txt'],
    ['main/a/b.txt', ''],
  ]);
});

void test('splitRevisionPath() takes an encoded revision as it stands', () => {
  assert.deepEqual(split('refs%2Fpr%2F1'), [['refs/pr/1', '']]);
  assert.deepEqual(split('refs%2Fpr%2F1/a%2Fb/c'), [['refs/pr/1', 'a/b/c']]);
  assert.deepEqual(split('feature%2fx/a%20b'), [['feature/x', 'a b']]);
});

void test('splitRevisionPath() reads raw slashes of refs', () => {
  assert.deepEqual(split('refs/pr/1/sub/x'), [['refs/pr/1', 'sub/x']]);
  assert.deepEqual(split('refs/convert/parquet/default'), [
    ['refs/convert/parquet', 'default'],
    ['refs/convert/parquet/default', ''],
  ]);
  assert.deepEqual(split('refs/heads/a/b'), [
    ['refs/heads/a', 'b'],
    ['refs/heads/a/b', ''],
  ]);
});

void test('splitRevisionPath() has one reading behind a commit and behind HEAD', () => {
  assert.deepEqual(split(`${OID}/a/b`), [[OID, 'a/b']]);
  assert.deepEqual(split('HEAD/a'), [['HEAD', 'a']]);
});

void test('splitRevisionPath() decodes exactly once', () => {
  assert.deepEqual(split('HEAD/%252e%252e/a'), [['HEAD', '%2e%2e/a']]);
  assert.equal(codeOf('HEAD/%2e%2e/a'), 'path.segment');
  assert.equal(codeOf('HEAD/a%2F..%2Fb'), 'path.segment');
  assert.equal(codeOf('HEAD/a%00b'), 'path.control');
});

void test('splitRevisionPath() refuses what cannot be decoded', () => {
  for (const raw of ['main/%', 'main/%zz', 'main/%ff', '%c0%af', 'main/%ed%a0%80', '%']) {
    assert.equal(codeOf(raw), 'revision.encoding', raw);
  }
});

void test('splitRevisionPath() names what is wrong with the likeliest reading', () => {
  assert.equal(codeOf('main//a'), 'path.absolute');
  assert.equal(codeOf('main//'), 'path.empty');
  assert.equal(codeOf('main/../x'), 'path.segment');
  assert.equal(codeOf('main/.git/config'), 'path.git');
  for (const raw of [
    '',
    '/',
    '..',
    'refs',
    'refs/pr',
    'refs/pr/x/y',
    'refs/x/y',
    'refs/heads',
    'a b',
    '%20',
  ]) {
    assert.equal(codeOf(raw), 'revision.invalid', raw);
  }
});

void test('splitRevisionPath() asks for few look-ups however long the address is', () => {
  const readings = splitRevisionPath('a/'.repeat(1500) + 'a');
  assert.ok(readings.length <= 8);
  assert.equal(codeOf(`main/${'a/'.repeat(100_000)}a`), 'path.too-long');
});
