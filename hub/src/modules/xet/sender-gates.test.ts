// Each sender passes a gate of their own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { SenderGates } from './sender-gates.ts';

const [EVE, ADA] = ['e'.repeat(24) as Id, 'a'.repeat(24) as Id];

void test('so many of one sender are inside at once, and none of another waits for them', async () => {
  const gates = new SenderGates(2);
  const ends = Array.from({ length: 3 }, () => Promise.withResolvers<undefined>());
  const inside: number[] = [];
  const passing = ends.map(async ({ promise }, number) => {
    await gates.pass(EVE, async () => {
      inside.push(number);
      await promise;
    });
  });
  await gates.pass(ADA, async () => await Promise.resolve());
  assert.deepEqual(inside, [0, 1]);
  ends[1]?.resolve(undefined);
  await passing[1];
  await new Promise(setImmediate);
  assert.deepEqual(inside, [0, 1, 2]);
  for (const { resolve } of ends) resolve(undefined);
  await Promise.all(passing);
});
