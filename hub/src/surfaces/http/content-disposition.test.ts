// How file names are written into a header.
import assert from 'node:assert/strict';
import test from 'node:test';
import { contentDisposition } from './content-disposition.ts';

void test('contentDisposition() names the last part of the path', () => {
  assert.equal(
    contentDisposition('a/b/model.bin', 'attachment'),
    `attachment; filename="model.bin"; filename*=UTF-8''model.bin`,
  );
  assert.equal(contentDisposition('x.png', 'inline'), `inline; filename="x.png"; filename*=UTF-8''x.png`);
});

void test('contentDisposition() writes names outside ASCII exactly for those who can read them', () => {
  assert.equal(
    contentDisposition('naïve 模型.txt', 'inline'),
    `inline; filename="na_ve __.txt"; filename*=UTF-8''na%C3%AFve%20%E6%A8%A1%E5%9E%8B.txt`,
  );
});

void test('contentDisposition() lets no name leave the quotes or end the header', () => {
  const header = contentDisposition('a"; filename="b\r\nSet-Cookie: x=1\\%41;\'()*.txt', 'attachment');
  assert.match(header, /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[A-Za-z0-9%._~!-]*$/);
  assert.equal(header.split('"').length, 3);
  assert.ok(!/filename="[^"]*[\\%;]/.test(header));
});

void test('contentDisposition() drops direction marks, which make one extension look like another', () => {
  assert.equal(
    contentDisposition('photo\u202egnp.exe', 'attachment'),
    `attachment; filename="photo_gnp.exe"; filename*=UTF-8''photo_gnp.exe`,
  );
});

void test('contentDisposition() survives names that are no valid text', () => {
  assert.match(contentDisposition('a\ud800b', 'inline'), /UTF-8''a%EF%BF%BDb$/);
  assert.match(contentDisposition('folder/', 'inline'), /filename="file"/);
});
