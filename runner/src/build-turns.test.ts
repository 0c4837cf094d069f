// Who waits for whom where builds are many.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { BuildTurns } from './build-turns.ts';

const never = new AbortController().signal;
const waiting = (said: string[], name: string) => ({ signal: never, waits: () => void said.push(name) });

void test('findOrMake() finds at once what was made before, whoever builds meanwhile', async () => {
  const turns = new BuildTurns(2);
  const said: string[] = [];
  const ends: (() => void)[] = [];
  const make = async (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    ends.push(() => resolve('made'));
    return await promise;
  };
  const steps = { find: async () => await Promise.resolve(undefined), make };
  const building = ['a', 'b', 'c', 'a'].map((name) => turns.findOrMake(name, steps, waiting(said, name)));
  await setImmediate();
  assert.equal(ends.length, 2);
  assert.deepEqual(said, ['a', 'c']);
  const found = { find: async () => await Promise.resolve('found'), make: () => assert.fail() };
  for (const name of ['a', 'c', 'd'])
    assert.equal(await turns.findOrMake(name, found, waiting(said, name)), 'found');
  assert.deepEqual(said, ['a', 'c']);
  while (ends.length > 0) {
    ends.shift()?.();
    await setImmediate();
  }
  assert.deepEqual(await Promise.all(building), ['made', 'made', 'made', 'made']);
});

void test('findOrMake() takes no turn where looking fails', async () => {
  const turns = new BuildTurns(1);
  const fails = {
    find: async () => await Promise.reject(new Error('no base')),
    make: async () => await Promise.resolve(1),
  };
  await assert.rejects(turns.findOrMake('a', fails, waiting([], 'a')), /no base/);
  const made = { ...fails, find: async () => await Promise.resolve(undefined) };
  assert.equal(await turns.findOrMake('a', made, waiting([], 'a')), 1);
});
