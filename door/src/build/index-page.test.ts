// Pages of indexes, well written and not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSON_PAGE, parseIndexPage, presentIndexPage } from './index-page.ts';

const [ONE, TWO] = ['a'.repeat(64), 'b'.repeat(64)];
const ADDRESS = 'https://index.example/simple/thing/';

void test('parseIndexPage() reads the same from JSON and from HTML', () => {
  const json = JSON.stringify({
    files: [
      {
        filename: 'thing-1.0.tar.gz',
        url: '../../files/thing-1.0.tar.gz',
        hashes: { sha256: ONE },
        'requires-python': '>=3.8',
        yanked: 'broken',
        'core-metadata': { sha256: TWO },
      },
    ],
  });
  const html = `<!DOCTYPE html><a data-requires-python="&gt;=3.8" data-yanked='broken' data-core-metadata="sha256=${TWO}"
    href="../../files/thing-1.0.tar.gz#sha256=${ONE}">thing-1.0.tar.gz</a><br/>`;
  const expected = {
    name: 'thing-1.0.tar.gz',
    url: 'https://index.example/files/thing-1.0.tar.gz',
    sha256: ONE,
    requiresPython: '>=3.8',
    yanked: 'broken',
    metadata: TWO,
    size: undefined,
    uploadTime: undefined,
  };
  assert.deepEqual(parseIndexPage(json, JSON_PAGE, ADDRESS), [expected]);
  assert.deepEqual(parseIndexPage(html, 'text/html', ADDRESS), [expected]);
});

void test('parseIndexPage() leaves out files without a SHA-256, and names that are no names', () => {
  const html = [
    `<a href="a-1.0.whl#md5=${'0'.repeat(32)}">a-1.0.whl</a>`,
    '<a href="a-2.0.whl">a-2.0.whl</a>',
    `<a href="x#sha256=${ONE}">../../etc/passwd</a>`,
    `<a href="a-3.0.whl#sha256=${ONE}">a-3.0.whl</a>`,
  ].join('\n');
  assert.deepEqual(
    parseIndexPage(html, 'text/html', ADDRESS).map(({ name }) => name),
    ['a-3.0.whl'],
  );
});

void test('presentIndexPage() gives addresses of the door, by digest, and none of the index', () => {
  const html = `<a href="https://elsewhere.example/a-1.0+cpu.whl?x=1#sha256=${ONE}">a-1.0+cpu.whl</a>`;
  const text = presentIndexPage('a', parseIndexPage(html, 'text/html', ADDRESS), 'http://door/file/');
  assert.ok(text.includes(`http://door/file/${ONE}/a-1.0%2Bcpu.whl`));
  assert.ok(!text.includes('elsewhere'));
});

void test('parseIndexPage() takes time in proportion, when a page is made to be slow', () => {
  const before = Date.now();
  for (const piece of ['<a ', '<a x="', '<a href=x>', '&amp;', 'a '.repeat(50)])
    parseIndexPage(piece.repeat(20_000), 'text/html', ADDRESS);
  assert.ok(Date.now() - before < 5_000);
});
