// What an app sees of a visitor, and a visitor of an app.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mintToken } from '@holdfast/kernel/token-text';
import { parseAnswerHead, parseRequestHead } from './http/head.ts';
import { presentVisit, readVisit } from './visit.ts';

const RULES = { spaceHost: 'a-b.spaces.org' };
const TOKEN = mintToken().reveal('to send it where it must not arrive');

function visit(start: string, ...fields: string[]) {
  return readVisit(parseRequestHead([`${start} HTTP/1.1`, 'Host: x', ...fields].join('\r\n'))!, RULES);
}

function passed(...fields: string[]): string {
  const read = visit('GET /', ...fields);
  assert.equal(read.kind, 'passed');
  return read.kind === 'passed' ? read.lines : '';
}

void test('readVisit() names the host of the Space, and keeps what the hub said of the visitor', () => {
  const lines = passed(
    'X-Forwarded-For: 1.2.3.4',
    'X-Forwarded-Host: a-b.spaces.org',
    'X-Forwarded-Proto: https',
    'Accept: */*',
  );
  assert.equal(
    lines,
    'GET / HTTP/1.1\r\nHost: a-b.spaces.org\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Host: a-b.spaces.org\r\nX-Forwarded-Proto: https\r\nAccept: */*\r\n',
  );
});

void test('readVisit() leaves out every credential of ours, wherever it stands', () => {
  const basic = Buffer.from(`user:${TOKEN}`).toString('base64');
  const encoded = TOKEN.replace('hf_', '%68f_');
  const fields = [
    ...[
      `Authorization: Bearer ${TOKEN}`,
      `X-HF-Authorization: Bearer ${TOKEN}`,
      `Authorization: Basic ${basic}`,
    ],
    ...[`x_hf_authorization: Bearer ${TOKEN}`, `X-Api-Key: ${TOKEN}`, `Referer: https://x/?token=${TOKEN}`],
    ...[
      `Authorization: Bearer x${TOKEN}y`,
      `X-Twice: ${encoded}`,
      `X-Thrice: ${encoded.replace('%', '%25')}`,
    ],
    ...[`Sec-WebSocket-Protocol: ${TOKEN}`, `Cookie: a=${TOKEN}`, 'Cookie: holdfast-8080-space=x'],
  ];
  for (const field of fields)
    assert.equal(passed(field), 'GET / HTTP/1.1\r\nHost: a-b.spaces.org\r\n', field);
  assert.equal(
    passed(`Cookie: a=1; __Host-holdfast-session=x; b=2;holdfast-8080-space=y; t=${TOKEN}`),
    'GET / HTTP/1.1\r\nHost: a-b.spaces.org\r\nCookie: a=1; b=2\r\n',
  );
});

void test('readVisit() keeps credentials that are not ours', () => {
  for (const field of [
    'Authorization: Bearer other',
    `Authorization: Bearer hf_${'a'.repeat(34)}`,
    'Authorization: Basic dTpw',
  ])
    assert.ok(passed(field).endsWith(`${field}\r\n`), field);
});

void test('readVisit() refuses a token in the address, in every spelling', () => {
  for (const target of [
    `/?token=${TOKEN}`,
    `/a/${TOKEN}/b`,
    `/?a=%68%66%5f${TOKEN.slice(3)}`,
    `/?a=%2568f_${TOKEN.slice(3)}`,
  ]) {
    const read = visit(`GET ${target}`);
    assert.equal(read.kind === 'refused' && read.credential, true, target);
  }
  assert.equal(visit(`GET /?token=hf_${'a'.repeat(36)}`).kind, 'passed');
});

void test('readVisit() believes nobody but the hub about where a request comes from', () => {
  const claims = [
    'Forwarded: for=1',
    'X-Real-IP: 1',
    'X_Forwarded_For: 1',
    'X-Forwarded_Proto: x',
    'X-Forwarded-Port: 1',
    'X-Original-URL: /',
    'X-Rewrite-URL: /',
    'Content_Length: 3',
    'Transfer_Encoding: chunked',
    'Ho_st: x',
  ];
  for (const claim of claims.slice(0, -1))
    assert.equal(passed(claim), 'GET / HTTP/1.1\r\nHost: a-b.spaces.org\r\n', claim);
});

void test('readVisit() handles fields that Connection names, and lets it take away none that are needed', () => {
  assert.equal(
    passed(
      'Connection: X-A, keep-alive',
      'X-A: 1',
      'Keep-Alive: 5',
      'TE: trailers',
      'Upgrade: h2c',
      'HTTP2-Settings: x',
    ),
    'GET / HTTP/1.1\r\nHost: a-b.spaces.org\r\n',
  );
  for (const name of [
    'host',
    'Content-Length',
    'Transfer-Encoding',
    'Cookie',
    'X-Forwarded-For',
    'Authorization',
  ])
    assert.equal(visit('GET /', `Connection: close, ${name}`).kind, 'refused', name);
});

void test('readVisit() upgrades to websocket and to nothing else', () => {
  const upgrades = (...fields: string[]) => {
    const read = visit('GET /', ...fields);
    return read.kind === 'passed' && read.websocket;
  };
  assert.equal(upgrades('Connection: keep-alive, Upgrade', 'Upgrade: WebSocket'), true);
  for (const value of ['h2c', 'websocket, h2c', 'websocket\r\nUpgrade: h2c', ''])
    assert.equal(upgrades('Connection: Upgrade', `Upgrade: ${value}`), false, value);
  assert.equal(upgrades('Upgrade: websocket'), false);
});

void test('readVisit() refuses what has no place here', () => {
  for (const start of [
    'TRACE /',
    'trace /',
    'TRACK /',
    'CONNECT a:1',
    'GET http://x/',
    'GET //x'.replace('//', 'x:/'),
    'OPTIONS *',
    'GET x',
  ])
    assert.equal(visit(start).kind, 'refused', start);
  assert.equal(visit('GET /', 'Host: y').kind, 'refused');
  assert.equal(readVisit(parseRequestHead('GET / HTTP/1.1\r\nA: b')!, RULES).kind, 'refused');
});

void test('readVisit() keeps cookies of ours from an app, whatever the port of the hub', () => {
  const cookies = 'a=1; holdfast-8080-space=x; holdfast--session=y; __Host-holdfast-mark=z; b=2';
  const passed = visit('GET /', `Cookie: ${cookies}`);
  assert.ok(passed.kind === 'passed' && passed.lines.includes('Cookie: a=1; b=2\r\n'));
});

void test('presentVisit() drops cookies for other hosts and under names of ours', () => {
  const lines = [
    'a=1; Path=/',
    'b=2; Domain=spaces.org',
    'c=3;domain=.x',
    'd=4; DOMAIN',
    '__Host-holdfast-session=x; Path=/',
    '=holdfast-8080-space=x; Path=/',
    ' = holdfast-8080-mark=x',
    'e=domain=x',
  ];
  const head = parseAnswerHead(
    [
      'HTTP/1.1 200 OK',
      ...lines.map((line) => `Set-Cookie: ${line}`),
      'Alt-Svc: h3=":1"',
      'Connection: X-B',
      'X-B: 1',
    ].join('\r\n'),
  );
  assert.equal(
    presentVisit(head!),
    'HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: e=domain=x\r\n',
  );
});
