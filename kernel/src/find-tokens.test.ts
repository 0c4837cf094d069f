// Tokens are found wherever they lie in a text, and nothing else is taken for one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LONGEST_TRACE, TokenFinder } from './find-tokens.ts';
import { mintToken, TOKEN_LENGTH } from './token-text.ts';

const mint = (): string => mintToken().reveal('to test that it is found');
const finder = new TokenFinder();
const list = (text: string) => finder.list(Buffer.from(text, 'latin1'));
const find = (text: string): number | undefined => list(text)[0]?.at;

void test('a token is found where it begins', () => {
  const token = mint();
  assert.equal(find(token), 0);
  assert.equal(find(`hf_ hf_${'a'.repeat(36)} token="${token}"`), 51);
  assert.deepEqual(list(`prefix${token}suffix`), [{ at: 6, end: 6 + token.length, token }]);
});

void test('all tokens are told, in their order, as they are and out of base64', () => {
  const tokens = [mint(), mint(), mint(), mint()];
  const [first = '', second = '', third = '', fourth = ''] = tokens;
  const packed = Buffer.from(`x${second} ${third}`).toString('base64');
  assert.deepEqual(
    list(`${first} "${packed}", ${fourth}`).map(({ token }) => token),
    tokens,
  );
});

void test('base64 that holds a token is found, whatever stands before and behind it', () => {
  const offsets = [0, 1, 2, 3, 4, 5, 6];
  const cases = offsets.flatMap((before) => offsets.map((after) => ({ before, after })));
  for (const { before, after } of cases) {
    const inner = Buffer.from(`${'x'.repeat(before)}${mint()}${'y'.repeat(after)}`);
    for (const packed of [inner.toString('base64'), inner.toString('base64url')]) {
      const [trace] = list(`key: ${packed} `);
      assert.equal(trace?.at, 5 + Math.floor((before * 8) / 6));
      assert.equal(trace.end, 5 + Math.ceil(((before + TOKEN_LENGTH) * 8) / 6));
      // A window may begin anywhere in longer base64.
      for (const cut of ['A', 'AA', 'AAA'])
        assert.notEqual(find(cut + packed), undefined, `${before} ${after}`);
    }
  }
});

void test('base64 is found over the breaks of its lines', () => {
  const packed = Buffer.from(`${'z'.repeat(40)}${mint()}${'z'.repeat(40)}`).toString('base64');
  for (const length of [20, 40, 64, 76])
    for (const end of [
      ...['\n', '\r\n', String.raw`\n`, String.raw`\r\n`],
      // Indented, as in YAML; and lines of a list, as what a cell of a notebook printed.
      ...['\n    ', '\r\n\t', String.raw`\n",` + '\n      "', String.raw`\n", "`],
    ]) {
      const lines = packed.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
      assert.notEqual(find(`"image": "${lines.join(end)}"`), undefined, `${length}`);
    }
});

void test('a token is a token only with its check, and only whole', () => {
  const token = mint();
  const other = (token.endsWith('a') ? 'b' : 'a') + '';
  for (const text of [
    '',
    token.slice(0, -1),
    token.slice(0, -1) + other,
    token.slice(1),
    'hf_',
    token.toUpperCase(),
  ]) {
    assert.equal(find(text), undefined, text);
    assert.equal(find(Buffer.from(text).toString('base64')), undefined, text);
  }
});

void test('windows that overlap by the longest trace miss none', () => {
  const packed = Buffer.from(mint()).toString('base64');
  const lines = packed.match(/.{1,20}/g)?.join('\r\n') ?? '';
  assert.ok(lines.length <= LONGEST_TRACE);
});

void test('what is made to be slow is not', () => {
  const texts = [
    'hf_'.repeat(300_000),
    'aGZf'.repeat(250_000),
    `hf_${'a'.repeat(36)}`.repeat(25_000),
    'A'.repeat(1e6),
  ];
  const times = texts.map((text) => {
    const began = performance.now();
    assert.equal(find(text), undefined);
    return performance.now() - began;
  });
  // A million bytes that are searched over and over would take minutes.
  assert.ok(Math.max(...times) < 5_000, times.join(' '));
});
