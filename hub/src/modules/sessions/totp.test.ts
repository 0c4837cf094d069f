// How seeds are spelt for people and apps, and recovery codes however they are typed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mintSeed } from '@holdfast/kernel/one-time-code';
import { mintRecoveryCodes, parseRecoveryCode, seedAddress, spellSeed } from './totp.ts';

const SEED = Buffer.from('12345678901234567890');

void test('spellSeed() is base32 as RFC 4648 has it, without padding', () => {
  const vectors: [string, string][] = [
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ];
  for (const [text, spelt] of vectors) assert.equal(spellSeed(Buffer.from(text)), spelt);
  assert.equal(mintSeed().length, 20);
  assert.equal(
    seedAddress(SEED, { user: 'alice', host: 'hub.example.org' }),
    'otpauth://totp/Holdfast:alice%40hub.example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Holdfast',
  );
});

void test('parseRecoveryCode() reads a code however it is typed', () => {
  const codes = mintRecoveryCodes();
  assert.equal(new Set(codes).size, 10);
  for (const code of codes) {
    assert.match(code, /^[a-z2-7]{5}-[a-z2-7]{5}$/);
    assert.equal(parseRecoveryCode(` ${code.toUpperCase().replace('-', ' ')} `), code);
  }
  for (const text of ['', 'abcde-abcd', 'abcde-abcde-a', 'abcde-abcd1', '123456'])
    assert.equal(parseRecoveryCode(text), undefined, text);
});
