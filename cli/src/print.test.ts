// Tables for people.
import assert from 'node:assert/strict';
import test from 'node:test';
import { formatTable } from './print.ts';

void test('formatTable() aligns columns and keeps names from steering the terminal', () => {
  const rows = [
    ['alice', 'a@b'],
    ['x\u001b[31m', ''],
  ];
  assert.equal(formatTable(['NAME', 'EMAIL'], rows), 'NAME    EMAIL\nalice   a@b\nx?[31m');
});
