// The claim about who gives a command.
import assert from 'node:assert/strict';
import test from 'node:test';
import { operatorHeader } from './operator.ts';

void test('operatorHeader() is ASCII and says the same', () => {
  const claim = { user: 'zoë', terminal: '/dev/pts/1', command: ['admin', 'user', 'create', '日本\n'] };
  const header = operatorHeader(claim);
  assert.match(header, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(header), claim);
});

void test('operatorHeader() is cut to what a header may hold', () => {
  const words = Array.from({ length: 1_000 }, () => 'é'.repeat(5_000));
  const header = operatorHeader({ user: 'u'.repeat(1_000), terminal: '', command: words });
  assert.ok(header.length < 64 * 1024, `${String(header.length)} characters`);
});
