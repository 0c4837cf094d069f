// What a build may ask for, and spellings of what it may not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTarget } from './request-target.ts';

const DIGEST = 'ab'.repeat(32);

void test('parseTarget() knows pages, files, metadata and files of Debian', () => {
  assert.deepEqual(parseTarget('/index/0/simple/Some_Thing.x/'), {
    kind: 'page',
    index: 0,
    project: 'some-thing-x',
  });
  assert.deepEqual(parseTarget(`/index/1/file/${DIGEST}/a-1.0%2Bcpu-py3-none-any.whl`), {
    kind: 'file',
    index: 1,
    sha256: DIGEST,
    name: 'a-1.0+cpu-py3-none-any.whl',
  });
  assert.equal(parseTarget(`/index/0/file/${DIGEST}/a-1.0.whl.metadata`)?.kind, 'metadata');
  assert.deepEqual(parseTarget('/debian/pool/main/g/gcc-12/g%2b%2b-12_12.2.0-14%7edeb12_amd64.deb'), {
    kind: 'debian',
    mirror: 'debian',
    path: 'pool/main/g/gcc-12/g++-12_12.2.0-14~deb12_amd64.deb',
  });
});

const REFUSED = [
  'http://example.org/',
  '/',
  '/index/0/simple/',
  '/index/0/simple/../../x/',
  '/index/0/simple/a/b/',
  '/index/0/simple/a/?stolen=1',
  '/index/0/simple/a%2f..%2fb/',
  `/index/0/simple/${'a'.repeat(101)}/`,
  '/index/10/simple/a/',
  `/index/0/file/${DIGEST}/../x`,
  `/index/0/file/${DIGEST}/a%2fb`,
  `/index/0/file/${DIGEST.toUpperCase()}/a.whl`,
  '/debian/../secret',
  '/debian/dists/../../x',
  '/debian/dists/bookworm/%2e%2e/x',
  '/debian/project/x',
  '/debian-other/dists/x',
  '/debian/dists/x?y',
  '//example.org/dists/x',
];

for (const url of REFUSED)
  void test(`parseTarget() refuses ${url.slice(0, 60)}`, () => {
    assert.equal(parseTarget(url), undefined);
  });
