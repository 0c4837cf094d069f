// No file is presented as something a browser runs.
import assert from 'node:assert/strict';
import test from 'node:test';
import { contentTypeOf } from './content-type.ts';
import { CORS_HEADERS, EXPOSED_HEADERS, fileHeaders } from './file-headers.ts';

void test('contentTypeOf() never gives a type that a browser runs or renders as a page', () => {
  const names =
    'a.html a.HTM a.svg a.xml a.xhtml a.js a.mjs a.css a.pdf a.swf a.wasm a.mht a.xsl a.tar.html a.htc x.HtMl';
  for (const name of names.split(' ')) {
    const { contentType, disposition } = contentTypeOf(name);
    assert.match(contentType, /^(text\/plain; charset=utf-8|application\/octet-stream)$/, name);
    assert.equal(disposition, 'attachment', name);
  }
});

void test('contentTypeOf() shows pictures and text', () => {
  assert.deepEqual(contentTypeOf('a/b.PNG'), { contentType: 'image/png', disposition: 'inline' });
  assert.deepEqual(contentTypeOf('config.json'), { contentType: 'application/json', disposition: 'inline' });
  assert.deepEqual(contentTypeOf('README.md'), {
    contentType: 'text/plain; charset=utf-8',
    disposition: 'inline',
  });
  assert.deepEqual(contentTypeOf('.gitattributes').disposition, 'inline');
});

void test('contentTypeOf() takes what it does not know for opaque', () => {
  const opaque = { contentType: 'application/octet-stream', disposition: 'attachment' };
  for (const name of ['model.safetensors', 'noextension', 'x.constructor', 'x.__proto__', '.html.', '']) {
    assert.deepEqual(contentTypeOf(name), opaque, name);
  }
});

void test('fileHeaders() keeps a file from acting as this site', () => {
  const headers = fileHeaders('evil.html');
  assert.equal(headers['X-Content-Type-Options'], 'nosniff');
  assert.equal(headers['Content-Security-Policy'], 'sandbox');
  assert.equal(headers['Content-Type'], 'text/plain; charset=utf-8');
  const names = Object.keys({ ...headers, ...CORS_HEADERS }).map((name) => name.toLowerCase());
  assert.ok(!names.includes('access-control-allow-credentials'));
  for (const name of ['ETag', 'Content-Range', 'X-Linked-ETag', 'X-Error-Code', 'Link']) {
    assert.ok(EXPOSED_HEADERS.split(', ').includes(name), name);
  }
});
