// The codes of a device login.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  digestDeviceCode,
  mintDeviceCode,
  mintUserCode,
  parseUserCode,
  spellUserCode,
} from './device-model.ts';

void test('parseUserCode() reads a code however it is typed, and nothing else', () => {
  for (let n = 0; n < 100; n += 1) {
    const code = mintUserCode();
    assert.match(spellUserCode(code), /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    assert.equal(parseUserCode(` ${spellUserCode(code).toLowerCase()} `), code);
  }
  for (const text of ['', 'BCDF-GHJ', 'BCDF-GHJKL', 'ACDF-GHJK', 'BCDF-GHJ1'])
    assert.equal(parseUserCode(text), undefined, text);
});

void test('digestDeviceCode() knows a code by its form', () => {
  const code = mintDeviceCode().reveal('to test it');
  assert.match(digestDeviceCode(code) ?? '', /^[0-9a-f]{64}$/);
  for (const text of ['', 'x', `${code}x`]) assert.equal(digestDeviceCode(text), undefined);
});
