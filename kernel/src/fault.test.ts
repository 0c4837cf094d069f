// Refusals keep their kind, code, words and details.
import assert from 'node:assert/strict';
import test from 'node:test';
import { defineFault, Fault, isFault } from './fault.ts';

const taken = defineFault('conflict', 'name.taken', (name: string) => [
  `${name} is taken`,
  { details: { url: '/x' }, hint: 'row 7', cause: new Error('unique') },
]);
const missing = defineFault('missing', 'name.missing', () => 'no such name');

void test('defineFault() makes faults with a kind, a code and a message', () => {
  const fault = missing();
  assert.ok(fault instanceof Fault);
  assert.deepEqual([fault.kind, fault.code, fault.message], ['missing', 'name.missing', 'no such name']);
  assert.deepEqual([fault.details, fault.hint, fault.cause], [{}, undefined, undefined]);
});

void test('defineFault() keeps details, hint and cause', () => {
  const fault = taken('bert');
  assert.deepEqual(fault.details, { url: '/x' });
  assert.equal(fault.hint, 'row 7');
  assert.equal((fault.cause as Error).message, 'unique');
});

void test('defineFault() tells kind and code without making one', () => {
  assert.deepEqual([taken.kind, taken.code], ['conflict', 'name.taken']);
});

void test('isFault() tells a refusal from a bug, and one code from another', () => {
  assert.ok(isFault(missing()));
  assert.ok(isFault(missing(), 'name.missing'));
  assert.ok(!isFault(missing(), 'name.taken'));
  assert.ok(!isFault(new Error('bug')));
});
