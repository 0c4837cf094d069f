// Folders in use.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Uses } from './uses.ts';

void test('Uses knows a folder until the last who used it has let go, once each', () => {
  const uses = new Uses();
  const [one, other] = [uses.hold(['a', 'b']), uses.hold(['a'])];
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  assert.deepEqual([uses.has('a'), uses.has('b')], [true, false]);
  other[Symbol.dispose]();
  assert.ok(!uses.has('a'));
});
