// What the authority writes is what others read.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { Authority } from './authority.ts';
import { element, identifier, integer, time } from './der.ts';

const NOW = Date.parse('2026-11-26T09:00:00Z');

void test('Authority makes certificates of one host each, which it alone has signed', () => {
  const authority = new Authority(NOW);
  const root = new X509Certificate(authority.certificate);
  assert.ok(root.ca && root.verify(root.publicKey));
  const leaf = authority.issue('api.openai.com', NOW);
  const read = new X509Certificate(leaf.certificate);
  assert.equal(read.ca, false);
  assert.ok(read.verify(root.publicKey) && read.checkIssued(root));
  assert.equal(read.subjectAltName, 'DNS:api.openai.com');
  assert.equal(read.checkHost('api.openai.com'), 'api.openai.com');
  assert.equal(read.checkHost('x.api.openai.com'), undefined);
  assert.equal(Date.parse(read.validTo), leaf.until);
  assert.ok(Date.parse(read.validFrom) < NOW);
  assert.equal(new Authority(NOW).issue('api.openai.com', NOW).certificate.includes(leaf.certificate), false);
  assert.equal(
    new X509Certificate(new Authority(NOW).issue('api.openai.com', NOW).certificate).verify(root.publicKey),
    false,
  );
});

void test('Authority keeps to a name of any length', () => {
  const host = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example.org`;
  assert.equal(new X509Certificate(new Authority(NOW).issue(host, NOW).certificate).checkHost(host), host);
});

void test('der writes lengths, numbers, times and identifiers as X.690 says', () => {
  assert.equal(element(4, Buffer.alloc(127)).subarray(0, 2).toString('hex'), '047f');
  assert.equal(element(4, Buffer.alloc(200)).subarray(0, 3).toString('hex'), '0481c8');
  assert.equal(element(4, Buffer.alloc(300)).subarray(0, 4).toString('hex'), '0482012c');
  assert.equal(integer(Buffer.from([0x80])).toString('hex'), '02020080');
  assert.equal(identifier('1.2.840.10045.4.3.2').toString('hex'), '06082a8648ce3d040302');
  assert.equal(time(new Date(NOW)).toString('latin1'), '\u0017\r261126090000Z');
  assert.equal(time(new Date('2051-01-02T03:04:05Z')).toString('latin1'), '\u0018\u000f20510102030405Z');
});
