// Names of branches and tags that git or a reader would take for something else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { findRevision, parseBranch, parseRevision, parseTagName, pullRef, refsOf, shortName } from './ref.ts';

const OID = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';

const BAD = [
  '',
  '.',
  '..',
  'a..b',
  '.a',
  'a/.b',
  'a.',
  'a./b',
  'a.lock',
  'a.LOCK/b',
  'a b',
  'a~1',
  'a^',
  'a:b',
  'a?',
  'a*',
  'a[',

  'a\\b',
  '/a',
  'a/',
  'a//b',
  '@',
  'a@{0}',
  'HEAD',
  '-a',
  '--upload-pack=x',
  'a\0',
  'a\n',
  'a\u007f',
  'a\u0085',
  '\ud800',

  'refs',
  'refs/heads/main',
  'refs/pr/1',
  OID,
  OID.toUpperCase(),
  `x/${OID}`,
  'x'.repeat(251),
  'é'.repeat(126),
];

void test('parseBranch() makes the full ref of a name', () => {
  for (const name of [
    'main',
    'feature/x',
    'v1.0',
    'a@b',
    'ü',
    'deadbeef',
    'a{b',
    'x'.repeat(250),
    'heads/main',
    OID.slice(1),
  ]) {
    assert.equal(parseBranch(name), `refs/heads/${name}`);
    assert.equal(shortName(parseBranch(name)), name);
  }
});

void test('parseBranch() and parseTagName() refuse what git forbids and what could be taken for something else', () => {
  for (const name of BAD) {
    for (const parse of [parseBranch, parseTagName]) {
      assert.throws(
        () => parse(name),
        (error) => isFault(error, 'ref.invalid') && error.kind === 'invalid',
        name,
      );
    }
  }
});

void test('parseRevision() knows what is meant', () => {
  assert.deepEqual(parseRevision('HEAD'), { kind: 'default' });
  assert.deepEqual(parseRevision('main'), { kind: 'name', name: 'main' });
  assert.deepEqual(parseRevision(OID.toUpperCase()), { kind: 'commit', oid: OID });
  for (const ref of ['refs/heads/a/b', 'refs/tags/v1', 'refs/pr/12', 'refs/convert/parquet']) {
    assert.deepEqual(parseRevision(ref), { kind: 'ref', ref });
  }
});

void test('parseRevision() takes an abbreviated commit id for a name', () => {
  assert.deepEqual(parseRevision(OID.slice(0, 7)), { kind: 'name', name: 'a94a8fe' });
  assert.deepEqual(parseRevision(OID.slice(0, 39)), { kind: 'name', name: OID.slice(0, 39) });
});

void test('parseRevision() answers "no such revision" to what nothing can be called', () => {
  const refs = [
    'refs/pr/0',
    'refs/pr/01',
    'refs/pr/x',
    'refs/pr/1234567890',
    'refs/notes/x',
    'refs/heads/',
    `refs/tags/${OID}`,
  ];
  for (const text of [
    ...BAD.filter((name) => !/^HEAD$|^[0-9a-f]{40}$|^refs.(heads|pr)/i.test(name)),
    ...refs,
  ]) {
    assert.equal(findRevision(text), undefined, text);
    assert.throws(
      () => parseRevision(text),
      (error) => isFault(error, 'revision.invalid') && error.kind === 'missing',
    );
  }
});

void test('refsOf() prefers a branch to a tag', () => {
  const main = parseBranch('main');
  assert.deepEqual(refsOf(parseRevision('x'), main), ['refs/heads/x', 'refs/tags/x']);
  assert.deepEqual(refsOf(parseRevision('HEAD'), main), ['refs/heads/main']);
  assert.deepEqual(refsOf(parseRevision('refs/tags/x'), main), ['refs/tags/x']);
  assert.deepEqual(refsOf(parseRevision(OID), main), []);
});

void test('pullRef() makes the ref of a pull request and nothing else', () => {
  assert.equal(pullRef(7), 'refs/pr/7');
  assert.equal(shortName(pullRef(7)), 'refs/pr/7');
  for (const number of [0, -1, 1.5, NaN, 1e21]) assert.throws(() => pullRef(number), TypeError);
});
