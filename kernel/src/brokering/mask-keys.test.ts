// Keys are taken out of texts, and nothing else is.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import test from 'node:test';
import { mintToken } from '../token-text.ts';
import { maskHost, maskKeys, mayHoldKey } from './mask-keys.ts';
import { PROVIDERS } from './providers.ts';

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

void test('maskKeys() finds keys of others within a word, whatever stands before and behind them', () => {
  const key = `ghp_${'a1B2'.repeat(9)}`;
  for (const [text, masked] of [
    [`old-${key}-2`, 'old-[key of GitHub]-2'],
    [`x${key}`, 'x[key of GitHub]'],
    [`token_${key}~${key}`, 'token_[key of GitHub]~[key of GitHub]'],
    [`ghp_${key}`, 'ghp_[key of GitHub]'],
    [`npm_${'a1B2'.repeat(9)}ABC`, '[key of npm]ABC'],
    [`a.hf_${'0f'.repeat(32)}`, 'a.[key of Hugging Face]0f0f'],
  ] as const)
    assert.equal(maskKeys(text), masked, text);
});

void test('maskKeys() leaves words whose middle is named as keys begin', () => {
  for (const text of [
    'task-ant-colony-optimization-benchmark',
    'disk-admin-console-of-the-whole-cluster-v2',
    'linuxapp-deployment-configuration-v2',
    'benchmark_test_multilingualclassification',
    'my-pypi-mirror-of-everything-that-is-needed-to-build-the-images-v2',
  ])
    assert.equal(maskKeys(text), text);
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

/** The title of a provider, a prefix of its keys, and what comes behind it. */
const KEYS: readonly (readonly [title: string, make: () => string])[] = [
  ['GitHub', () => `ghp_${word(36)}`],
  ['GitHub', () => `github_pat_${word(22)}_${word(59)}`],
  ['GitLab', () => `glpat-${word(20)}`],
  ['npm', () => `npm_${word(36)}`],
  ['Hugging Face', () => `hf_${word(34)}`],
  ['OpenAI', () => `sk-proj-${word(64)}`],
  ['Anthropic', () => `sk-ant-api03-${word(93)}`],
  ['Google AI Studio', () => `AIza${word(35)}`],
  ['Groq', () => `gsk_${word(52)}`],
  ['Stripe', () => `sk_live_${word(24)}`],
  ['Slack', () => `xoxb-123456789012-1234567890123-${word(24)}`],
  ['SendGrid', () => `SG.${word(22)}.${word(43)}`],
];

function word(length: number): string {
  const letters = randomBytes(4 * length).toString('base64');
  return letters.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, length);
}

/** Of letters that no prefix has, and of what is in words. */
function noise(most: number): string {
  return Array.from({ length: randomInt(most + 1) }, () => pickOne('QZ7 qz/=:"\n._~+-é—')).join('');
}

function pickOne(from: string): string {
  return from.charAt(randomInt(from.length));
}

void test('maskKeys() finds every key, whatever is around it, and leaves all the rest', () => {
  for (let n = 0; n < 3_000; n += 1) {
    const [title, make] = KEYS[n % KEYS.length] ?? assert.fail();
    // Nothing that a key may go on with stands behind it.
    const [before, behind] = [noise(12), randomInt(4) === 0 ? '' : `${pickOne(' /=:"')}${noise(12)}`];
    assert.equal(maskKeys(`${before}${make()}${behind}`), `${before}[key of ${title}]${behind}`);
  }
});

void test('maskKeys() finds tokens of this hub in base64 of either alphabet, over lines, and nothing else changes', () => {
  for (let n = 0; n < 2_000; n += 1) {
    const token = mintToken().reveal('a text shall hold it');
    const inner = Buffer.from(`${'x'.repeat(randomInt(6))}${token}${'y'.repeat(randomInt(6))}`);
    const packed = inner.toString(n % 2 === 0 ? 'base64' : 'base64url');
    const breaks = ['\n', '\r\n', '\n    ', String.raw`\n`][n % 4] ?? '';
    const lines = n % 3 === 0 ? packed.match(new RegExp(`.{1,${randomInt(1, 30)}}`, 'g')) : [packed];
    const [before, behind] = [`${noise(12)} `, ` ${noise(12)}`];
    const text = `${before}${lines?.join(breaks) ?? ''}${behind}`;
    const masked = maskKeys(text);
    assert.ok(masked.startsWith(before) && masked.endsWith(behind), masked);
    // Of the letters around it few may be left.
    assert.match(masked.slice(before.length), /^[\w+/\s\\-]{0,90}\[key of this hub\][\w+/=\s\\-]{0,90} /);
    assert.ok(mayHoldKey(JSON.stringify({ text })), 'as JSON has it');
  }
});

void test('maskKeys() leaves base64 that holds something else', () => {
  const token = mintToken().reveal('a text shall hold it');
  const other = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
  for (const text of [other, 'hf_ and more that is not a token, and long', 'é'.repeat(60)])
    assert.equal(maskKeys(Buffer.from(text).toString('base64')), Buffer.from(text).toString('base64'));
});

void test('mayHoldKey() is certain where it says no: what maskKeys() changes, it has named', () => {
  for (const { prefixes, byName } of PROVIDERS)
    for (const prefix of byName ? [] : prefixes) assert.ok(mayHoldKey(`a ${prefix}`), prefix);
});

void test('maskKeys() takes time in proportion to the text', () => {
  const time = (size: number): number => {
    const text = [
      `${'hf_'.repeat(size)} hf_${'.'.repeat(size)}x`,
      // Each begins a key that is none, and has to be read for it; and breaks of lines that lead to no letter.
      'sk-ant-'.repeat(size / 7),
      'sk-T3BlbkFJ'.repeat(size / 11),
      `a${'\n'.repeat(size)}a${'\\'.repeat(size)}`,
      'aGZf'.repeat(size / 4),
      '\\t'.repeat(size / 2),
    ].join(' ');
    // What else the machine does must not count, nor when memory is tidied up: of several times the shortest.
    const times = Array.from({ length: 5 }, () => {
      const began = process.cpuUsage();
      maskKeys(text);
      mayHoldKey(JSON.stringify('\t'.repeat(size)));
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
