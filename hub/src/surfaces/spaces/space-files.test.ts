// URLs of Spaces.
import assert from 'node:assert/strict';
import test from 'node:test';
import { parsePath } from '#modules/git';
import { mediaTypeOf, wantedBy } from './space-files.ts';

const wanted = (url: string) => wantedBy(url, parsePath('app/start.html'));

void test('wantedBy() finds the app file, files, and pages of folders', () => {
  assert.deepEqual(wanted('/'), { file: 'app/start.html', folder: undefined });
  assert.deepEqual(wanted('/a/b%20c.js'), { file: 'a/b c.js', folder: 'a/b c.js/index.html' });
  assert.deepEqual(wanted('/docs/'), { file: 'docs/index.html', folder: undefined });
  assert.equal(wanted('/.well-known/x')?.file, '.well-known/x');
});

void test('wantedBy() finds nothing that is hidden, and nothing outside', () => {
  for (const url of [
    ...['/.gitattributes', '/a/.env', '/../x', '/a/%2e%2e/x', '//evil.com', '/a//b', '/a%00b', '/%E0%A4%A'],
    ...['/a\\b', '/%5Cevil.com', '/.git/config'],
  ])
    assert.equal(wanted(url), undefined, url);
});

void test('mediaTypeOf() gives pages and programs their own type, and nothing away', () => {
  assert.equal(mediaTypeOf('a/b.HTML'), 'text/html; charset=utf-8');
  assert.equal(mediaTypeOf('x.js'), 'text/javascript; charset=utf-8');
  assert.equal(mediaTypeOf('x.wasm'), 'application/wasm');
  for (const path of ['x', 'x.bin', 'html', 'a.html/x', 'x.constructor'])
    assert.equal(mediaTypeOf(path), 'application/octet-stream', path);
});
