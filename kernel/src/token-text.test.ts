// What a token looks like.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isTokenText, mintToken } from './token-text.ts';

void test('mintToken() makes tokens that clients accept and scanners recognise', () => {
  const texts = new Set<string>();
  for (let n = 0; n < 500; n += 1) {
    const text = mintToken().reveal('to test it');
    assert.match(text, /^hf_[0-9A-Za-z]{36}$/);
    assert.ok(isTokenText(text));
    texts.add(text);
  }
  assert.equal(texts.size, 500);
});

void test('isTokenText() refuses a token with any one character changed', () => {
  const text = mintToken().reveal('to test it');
  for (let at = 3; at < text.length; at += 1) {
    const other = text[at] === 'a' ? 'b' : 'a';
    assert.ok(!isTokenText(text.slice(0, at) + other + text.slice(at + 1)), `position ${at}`);
  }
});

void test('isTokenText() refuses tokens of other hubs and of other shapes', () => {
  for (const text of [
    '',
    'hf_',
    `hf_${'a'.repeat(34)}`,
    `hf_${'a'.repeat(36)}`,
    `HF_${'a'.repeat(36)}`,
    `hf_${'é'.repeat(36)}`,
  ])
    assert.ok(!isTokenText(text), text);
});
