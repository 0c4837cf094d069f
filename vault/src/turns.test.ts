// A door that somebody took over says more than can be heard.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Turns } from './turns.ts';

void test('what a door says is heard up to a bound, and the end of its run beyond it', async () => {
  const turns = new Turns();
  const { promise, resolve } = Promise.withResolvers<void>();
  const heard: string[] = [];
  const first = turns.take('run', async () => await promise);
  const words = Array.from({ length: 1_500 }, async (_, n) => {
    return await turns.take('run', async () => void heard.push(`word ${n}`), 'door');
  });
  const end = turns.take('run', async () => void heard.push('end'));
  resolve();
  assert.ok(await first);
  const outcomes = await Promise.all(words);
  assert.equal(outcomes.filter(Boolean).length, 999);
  assert.equal(outcomes[1_200], false);
  assert.ok(await end);
  assert.deepEqual([heard.length, heard.at(-1)], [1_000, 'end']);
});

void test('words about another run do not wait, and one that fails keeps no other from its turn', async () => {
  const turns = new Turns();
  const held = Promise.withResolvers<void>();
  const waiting = turns.take('one', async () => await held.promise);
  assert.ok(await turns.take('other', async () => undefined));
  const failed = turns.take('one', async () => await Promise.reject(new Error('no')));
  const after = turns.take('one', async () => undefined);
  held.resolve();
  await waiting;
  await assert.rejects(failed, /no/);
  assert.ok(await after);
});
