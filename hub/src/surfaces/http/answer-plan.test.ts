// Which status and headers a request for a file gets; the bytes are tested with `sendFile()`.
import assert from 'node:assert/strict';
import test from 'node:test';
import { planAnswer, type FileRequest } from './answer-plan.ts';

const file = { path: 'a.bin', size: 10, etag: '"e"', headers: { 'X-Repo-Commit': 'c' } };
const plan = (headers: FileRequest['headers'], method = 'GET'): ReturnType<typeof planAnswer> =>
  planAnswer({ method, headers }, file);

void test('planAnswer() lets If-None-Match win over Range', () => {
  const { status, headers, pieces } = plan({ range: 'bytes=99-', 'if-none-match': '"e"' });
  assert.equal(status, 304);
  assert.deepEqual(pieces, []);
  assert.equal(headers['ETag'], '"e"');
  assert.deepEqual(
    Object.keys(headers).filter((name) => /^content-(type|length|disposition)$/i.test(name)),
    [],
  );
  assert.equal(headers['Content-Security-Policy'], 'sandbox');
});

void test('planAnswer() gives the whole when If-Range names another version', () => {
  assert.equal(plan({ range: 'bytes=1-2', 'if-range': '"other"' }).status, 200);
  assert.equal(plan({ range: 'bytes=99-', 'if-range': '"other"' }).status, 200);
  assert.equal(plan({ range: 'bytes=1-2', 'if-range': '"e"' }).status, 206);
});

void test('planAnswer() refuses a range outside the file and says how long it is', () => {
  const { status, headers } = plan({ range: 'bytes=10-' });
  assert.equal(status, 416);
  assert.equal(headers['Content-Range'], 'bytes */10');
  assert.equal(headers['Content-Length'], 0);
  assert.equal(headers['X-Error-Code'], 'RangeNotSatisfiable');
  assert.equal(headers['Content-Disposition'], undefined);
});

void test('planAnswer() lets the headers of the file win', () => {
  const own = planAnswer({ headers: {} }, { ...file, headers: { 'Content-Type': 'text/plain' } });
  assert.equal(own.headers['Content-Type'], 'text/plain');
});

void test('planAnswer() frames several ranges under a boundary of its own each time', () => {
  const types = [1, 2].map(() => plan({ range: 'bytes=0-1,5-6' }).headers['Content-Type']);
  assert.match(String(types[0]), /^multipart\/byteranges; boundary=[0-9a-f]{30}$/);
  assert.notEqual(types[0], types[1]);
});

void test('planAnswer() announces a HEAD like the GET of the whole', () => {
  assert.deepEqual(plan({ range: 'bytes=0-1' }, 'HEAD').headers, plan({}).headers);
});
