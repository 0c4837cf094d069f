// Codes by the vectors of the specifications, and none twice.
import assert from 'node:assert/strict';
import test from 'node:test';
import { codeAt, findStep, stepOf } from './one-time-code.ts';

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
