// Passwords for people.
import assert from 'node:assert/strict';
import test from 'node:test';
import { makePassword } from './keys.ts';

void test('makePassword() is long, readable and never the same', () => {
  const made = Array.from({ length: 200 }, () => makePassword());
  assert.equal(new Set(made).size, 200);
  for (const password of made) assert.match(password, /^[a-km-zA-HJ-NP-Z2-9]{20}$/);
  assert.ok(new Set(made.join('')).size > 50, 'the whole alphabet is used');
});
