// Codes by the vectors of the specifications, and none twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  codeAt,
  findStep,
  mintRecoveryCodes,
  mintSeed,
  parseRecoveryCode,
  seedAddress,
  spellSeed,
  stepOf,
} from './totp.ts';

const SEED = Buffer.from('12345678901234567890');

void test('codeAt() gives the values of RFC 4226, appendix D', () => {
  const expected = [
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ];
  assert.deepEqual(
    expected.map((_code, counter) => codeAt(SEED, counter)),
    expected,
  );
});

void test('codeAt() of stepOf() gives the values of RFC 6238, appendix B, in six digits', () => {
  const vectors: [number, string][] = [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
    [20000000000, '353130'],
  ];
  for (const [seconds, code] of vectors)
    assert.equal(codeAt(SEED, stepOf(new Date(seconds * 1000))), code, String(seconds));
});

void test('findStep() takes a code half a minute early or late, and none that was taken', () => {
  const now = new Date('2026-01-01T00:00:15Z');
  const present = stepOf(now);
  for (const step of [present - 1, present, present + 1])
    assert.equal(findStep(SEED, codeAt(SEED, step), { now, last: 0 }), step);
  for (const step of [present - 2, present + 2])
    assert.equal(findStep(SEED, codeAt(SEED, step), { now, last: 0 }), undefined);
  assert.equal(findStep(SEED, codeAt(SEED, present), { now, last: present }), undefined);
  assert.equal(findStep(SEED, codeAt(SEED, present - 1), { now, last: present }), undefined);
  assert.equal(
    findStep(SEED, ` ${codeAt(SEED, present).replace(/^.../, '$& ')} `, { now, last: 0 }),
    present,
  );
  for (const text of ['', '12345', '1234567', 'abcdef', '１２３４５６'])
    assert.equal(findStep(SEED, text, { now, last: 0 }), undefined, text);
});

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
