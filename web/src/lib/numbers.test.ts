// Numbers as pages write them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { byteCount, momentText, parameterCount, shortCount } from './numbers.ts';

void test('byteCount() counts in thousands, and writes as the language does', () => {
  const cases: [number, string][] = [
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1_000, '1 kB'],
    [1_234, '1.23 kB'],
    [999_600, '1 MB'],
    [12_345_678, '12.3 MB'],
    [5e12, '5 TB'],
  ];
  for (const [bytes, text] of cases) assert.equal(byteCount(bytes, 'en'), text);
  assert.equal(byteCount(1_234, 'pt'), '1,23 kB');
});

void test('parameterCount() and shortCount() need few letters', () => {
  assert.equal(parameterCount(124_439_808, 'en'), '124M');
  assert.equal(parameterCount(7_241_732_096, 'en'), '7.2B');
  assert.equal(parameterCount(12, 'en'), '12');
  assert.equal(shortCount(1_234, 'en'), '1.2k');
});

void test('momentText() is of UTC, and ends with the day where no more is asked for', () => {
  const at = new Date('2026-11-27T23:30:00+00:00');
  assert.equal(momentText(at, 'en', { day: true }), '27 Nov 2026');
  assert.equal(momentText(at, 'en', { day: false }), '27 Nov 2026, 23:30 UTC');
  assert.equal(momentText(at, 'pt', { day: true }), '27/11/2026');
});
