// Messages that two readers take differently, and those that all take alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBody, BrokenBody, giveContent } from './body.ts';
import { framingOfAnswer, framingOfRequest } from './framing.ts';
import { parseAnswerHead, parseRequestHead } from './head.ts';

const GET = 'GET /a?b HTTP/1.1\r\nHost: x.org';

void test('parseRequestHead() reads what every reader reads alike', () => {
  const head = parseRequestHead(`${GET}\r\nX-A:  b c \t\r\nx-ü: é`.replace('ü', 'u'));
  assert.deepEqual(head, {
    method: 'GET',
    target: '/a?b',
    fields: [
      { name: 'host', written: 'Host', value: 'x.org' },
      { name: 'x-a', written: 'X-A', value: 'b c' },
      { name: 'x-u', written: 'x-u', value: 'é' },
    ],
  });
});

void test('parseRequestHead() takes a tunnel in HTTP/1.0, as Python asks for it', () => {
  assert.equal(parseRequestHead('CONNECT a.org:443 HTTP/1.0')?.target, 'a.org:443');
});

void test('parseRequestHead() refuses every head that readers take differently', () => {
  const lines = [
    'X:a',
    ' folded',
    '\tfolded',
    'X :a',
    ': a',
    'X',
    'X\u0000: a',
    'X: a\u0000b',
    'X: a\nY: b',
    'X: a\rY: b',
    'X(): a',
    'Xé: a',
    '',
  ];
  for (const line of lines.slice(1))
    assert.equal(parseRequestHead(`${GET}\r\n${line}`), undefined, JSON.stringify(line));
  assert.notEqual(parseRequestHead(`${GET}\r\n${lines[0]}`), undefined);
  const starts = [
    '',
    'GET /',
    'GET / HTTP/1.0',
    'GET / HTTP/2.0',
    'GET / HTTP/1.10',
    'GET  / HTTP/1.1',
    'GET / HTTP/1.1 ',
    ' GET / HTTP/1.1',
    'GET /a b HTTP/1.1',
    'GET\t/ HTTP/1.1',
    'G(T / HTTP/1.1',
    'GET /é HTTP/1.1',
    'GET /\u0000 HTTP/1.1',
    'GET / http/1.1',
    '\r\nGET / HTTP/1.1',
    '\nGET / HTTP/1.1',
  ];
  for (const start of starts)
    assert.equal(parseRequestHead(`${start}\r\nHost: x.org`), undefined, JSON.stringify(start));
  assert.equal(parseRequestHead(GET + '\r\na: b'.repeat(200)), undefined);
});

void test('framingOfRequest() takes one way to say where a body ends', () => {
  const framing = (...fields: string[]) => framingOfRequest(parseRequestHead([GET, ...fields].join('\r\n'))!);
  assert.deepEqual(framing(), { kind: 'none' });
  assert.deepEqual(framing('Content-Length: 12'), { kind: 'length', length: 12 });
  assert.deepEqual(framing('Transfer-Encoding: Chunked'), { kind: 'chunked' });
  const wrong = [
    ...[
      'Content-Length: 1, 1',
      'Content-Length: +1',
      'Content-Length: -1',
      'Content-Length: 0x1',
      'Content-Length: 1 1',
    ],
    ...[
      'Content-Length:',
      'Content-Length: 1e1',
      `Content-Length: ${'9'.repeat(16)}`,
      'Content-Length: 1\r\nContent-Length: 1',
    ],
    ...[
      'Content-Length: 1\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
    ],
    ...[
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding: identity',
    ],
    ...[
      'Transfer-Encoding: xchunked',
      'Transfer-Encoding:',
      'Transfer-Encoding: "chunked"',
      'Transfer-Encoding: chunked;a',
    ],
  ];
  for (const fields of wrong) assert.equal(framing(fields), undefined, fields);
});

void test('framingOfAnswer() knows answers without a body, and believes no two lengths', () => {
  const framing = (status: number, method: string, ...fields: string[]) =>
    framingOfAnswer(parseAnswerHead([`HTTP/1.1 ${status} OK`, ...fields].join('\r\n'))!, method);
  assert.deepEqual(framing(200, 'GET'), { kind: 'until-end' });
  assert.deepEqual(framing(200, 'GET', 'Content-Length: 3'), { kind: 'length', length: 3 });
  for (const [status, method] of [
    [200, 'HEAD'],
    [204, 'GET'],
    [304, 'GET'],
    [100, 'GET'],
  ] as const)
    assert.deepEqual(framing(status, method, 'Content-Length: 3'), { kind: 'none' });
  assert.equal(framing(200, 'GET', 'Content-Length: 3', 'Transfer-Encoding: chunked'), undefined);
  assert.equal(framing(200, 'GET', 'Content-Length: 3', 'Content-Length: 4'), undefined);
  for (const line of [
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/2 200 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 200 a\rb',
    'ICY 200 OK',
  ])
    assert.equal(parseAnswerHead(line), undefined, line);
});

function read(text: string, pieces: number): { content: string; rest: string; done: boolean } {
  const body = readBody({ kind: 'chunked' });
  let [content, rest] = ['', ''];
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += pieces) {
    const piece = bytes.subarray(at, at + pieces);
    rest += piece
      .subarray(body.take(piece, 0, (part) => (content += part.toString('latin1'))))
      .toString('latin1');
  }
  return { content, rest, done: body.done };
}

void test('readBody() reads chunks in pieces of any size, and stops where they end', () => {
  const text = '5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\n\r\nGET /next';
  for (const pieces of [1, 2, 3, 7, 1000])
    assert.deepEqual(read(text, pieces), { content: 'hello world', rest: 'GET /next', done: true });
});

void test('readBody() refuses chunks that readers take differently', () => {
  const wrong = [
    '5\nhello\r\n0\r\n\r\n',
    '5\r\nhello0\r\n\r\n',
    '0x5\r\nhello',
    '+5\r\n',
    '-1\r\n',
    ' 5\r\n',
    '\r\n',
    'g\r\n',
    '5;\u0000\r\nhello',
    '5;a\rb\r\nhello',
    '1234567890123\r\n',
    `1;${'a'.repeat(5000)}\r\n`,
    '0\r\na\n\r\n',
    '0\r\na\rb\r\n\r\n',
    `0\r\n${'a: b\r\n'.repeat(2000)}\r\n`,
  ];
  for (const text of wrong)
    assert.throws(() => read(text, 4096), BrokenBody, JSON.stringify(text.slice(0, 30)));
});

void test('giveContent() writes chunks anew, without extensions and trailers', () => {
  const framing = { kind: 'chunked' } as const;
  let written = '';
  const to = { write: (bytes: Buffer) => (written += bytes.toString('latin1')) };
  giveContent(
    { framing, body: readBody(framing) },
    Buffer.from('00005;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n'),
    to,
  );
  assert.equal(written, '5\r\nhello\r\n0\r\n\r\n');
});
