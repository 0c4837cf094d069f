// The small pure things everything is built on.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import test from 'node:test';
import { canonicalJson } from './canonical-json.ts';
import { systemClock } from './clock.ts';
import { parseSha1, parseSha256, sha1, sha256 } from './digest.ts';
import { newId, parseId } from './id.ts';
import { decodeCursor, encodeCursor } from './page.ts';
import { Secret } from './secret.ts';
import { formatSize, GiB } from './size.ts';

void test('canonicalJson() sorts members by UTF-16 code units and drops undefined, as RFC 8785 says', () => {
  const value = { '€': 'Euro', '\r': 'CR', '1': 'One', '😀': 'Emoji', ö: 'o', דּ: 'Dalet', gone: undefined };
  assert.equal(canonicalJson(value), '{"\\r":"CR","1":"One","ö":"o","€":"Euro","😀":"Emoji","דּ":"Dalet"}');
});

void test('canonicalJson() writes numbers as ECMAScript does', () => {
  assert.equal(
    canonicalJson([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, -0]),
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
});

void test('canonicalJson() writes literals, lists and nested objects', () => {
  assert.equal(
    canonicalJson({ b: [null, true, false], a: { d: 1, c: [] } }),
    '{"a":{"c":[],"d":1},"b":[null,true,false]}',
  );
});

void test('canonicalJson() refuses what has no canonical form', () => {
  assert.throws(() => canonicalJson(Number.NaN), TypeError);
  assert.throws(() => canonicalJson(Number.POSITIVE_INFINITY), TypeError);
  assert.throws(() => canonicalJson('\ud800'), TypeError);
  assert.throws(() => canonicalJson({ '\udc00': 1 }), TypeError);
});

void test('sha256() and sha1() hash their parts one after the other', () => {
  assert.equal(
    sha256('a', Buffer.from('bc')),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  assert.equal(sha1('ab', 'c'), 'a9993e364706816aba3e25717850c26c9cd0d89d');
});

void test('parseSha256() and parseSha1() accept lower-case hex of their length alone', () => {
  assert.equal(parseSha256('a'.repeat(64)), 'a'.repeat(64));
  assert.equal(parseSha256('A'.repeat(64)), undefined);
  assert.equal(parseSha256('a'.repeat(63)), undefined);
  assert.equal(parseSha1('0'.repeat(40)), '0'.repeat(40));
  assert.equal(parseSha1(`${'0'.repeat(40)}\n`), undefined);
});

void test('newId() begins with the time and never repeats', () => {
  const now = new Date('2026-01-02T03:04:05Z');
  const ids = new Set(Array.from({ length: 1000 }, () => newId(now)));
  assert.equal(ids.size, 1000);
  for (const id of ids) assert.equal(Number.parseInt(id.slice(0, 8), 16) * 1000, now.getTime());
});

void test('parseId() accepts 24 hex digits alone', () => {
  assert.equal(parseId('0'.repeat(24)), '0'.repeat(24));
  assert.equal(parseId('g'.repeat(24)), undefined);
  assert.equal(parseId(''), undefined);
});

void test('decodeCursor() reads what encodeCursor() wrote', () => {
  for (const value of ['2026-01-01', 7, null]) {
    const position = { value, id: 'x' };
    assert.deepEqual(decodeCursor(encodeCursor(position)), position);
  }
});

void test('decodeCursor() returns undefined for what is not a cursor', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const text of [
    '',
    '%%%',
    'a'.repeat(2000),
    encode({}),
    encode([1]),
    encode([1, 2]),
    encode([{}, 'x']),
  ])
    assert.equal(decodeCursor(text), undefined);
});

void test('Secret shows nothing of its value when it is printed', () => {
  const secret = new Secret('hunter2');
  for (const shown of [String(secret), JSON.stringify({ secret }), inspect(secret), `${secret}`])
    assert.ok(!shown.includes('hunter2'), shown);
  assert.equal(secret.reveal('to test it'), 'hunter2');
});

void test('formatSize() writes sizes as people read them', () => {
  assert.equal(formatSize(0), '0 B');
  assert.equal(formatSize(1536), '1.5 KiB');
  assert.equal(formatSize(2 * GiB), '2 GiB');
  assert.equal(formatSize(5000 * 1024 * GiB), '5000 TiB');
});

void test('systemClock tells the time', () => {
  assert.ok(Math.abs(systemClock.now().getTime() - Date.now()) < 1000);
});
