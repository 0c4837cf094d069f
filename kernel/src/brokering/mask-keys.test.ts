// Keys are taken out of texts, and nothing else is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mintToken } from '../token-text.ts';
import { maskHost, maskKeys } from './mask-keys.ts';

const TOKEN = mintToken().reveal('a text shall hold it');
const GITHUB = `ghp_${'aB3'.repeat(12)}`;

void test('maskKeys() puts whose key it was in place of each', () => {
  assert.equal(maskKeys(TOKEN), '[key of this hub]');
  assert.equal(
    maskKeys(`curl -H "authorization: Bearer ${TOKEN}" https://a/?key=${GITHUB}&x=1`),
    'curl -H "authorization: Bearer [key of this hub]" https://a/?key=[key of GitHub]&x=1',
  );
});

void test('maskKeys() finds a key at the end of a sentence, and one of ours within a word', () => {
  assert.equal(maskKeys(`It was ${GITHUB}.`), 'It was [key of GitHub].');
  assert.equal(maskKeys(`old-${TOKEN}-2`), 'old-[key of this hub]-2');
});

void test('maskKeys() leaves names, digests, ids and addresses', () => {
  for (const text of [
    'my-token for the laptop',
    'sk-learn-models/hf_transfer-benchmarks',
    'a'.repeat(64),
    '0123456789abcdef01234567',
    'ghp_short',
    'python-requests/2.34 (hf_hub/2.4.0; huggingface_hub)',
    'alice@example.org',
  ])
    assert.equal(maskKeys(text), text);
});

void test('maskHost() takes keys out label by label, and leaves whose the host is', () => {
  const gitlab = `glpat-${'a1'.repeat(10)}`;
  assert.equal(maskHost(`glpat-x.attacker-site.example`), 'glpat-x.attacker-site.example');
  assert.equal(maskHost(`${gitlab}.attacker-site.example`), '[key of GitLab].attacker-site.example');
  assert.equal(maskHost(`a.${gitlab}.b.example.org`), 'a.[key of GitLab].b.example.org');
  for (const host of [
    `${gitlab}.example`,
    `*.${gitlab}.example`,
    'glpat-2001:db8::1',
    'glpat-x-y-z-and-more.co',
  ])
    assert.ok(maskHost(host).endsWith(host.split('.').slice(-2).join('.')), host);
  assert.equal(maskHost(`see ${GITHUB}`), 'see [key of GitHub]', 'what is no host is a text');
});

void test('maskKeys() takes time in proportion to the text', () => {
  const time = (size: number): number => {
    const text = `${'hf_'.repeat(size)} hf_${'.'.repeat(size)}x`;
    // What else the machine does must not count, nor when memory is tidied up: of several times the shortest.
    const times = Array.from({ length: 5 }, () => {
      const began = process.cpuUsage();
      maskKeys(text);
      return process.cpuUsage(began).user;
    });
    return Math.min(...times);
  };
  time(10_000);
  const small = time(20_000);
  assert.ok(
    time(200_000) < 50 * Math.max(small, 1_000),
    'ten times the text, far from a hundred times the time',
  );
});
