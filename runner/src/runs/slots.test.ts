// Numbers that are taken and given back.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Slots } from './slots.ts';

void test('Slots gives each number to one holder, and the one that was given back last as late as possible', () => {
  const slots = new Slots(3);
  const [a, b] = [slots.take(), slots.take()];
  assert.deepEqual([a.number, b.number], [0, 1]);
  a[Symbol.dispose]();
  const c = slots.take();
  assert.equal(c.number, 2);
  assert.equal(slots.take().number, 0);
  assert.throws(() => slots.take(), RangeError);
});
