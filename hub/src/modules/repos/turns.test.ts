// Work that waits for its turn.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Turns } from './turns.ts';

void test('take() lets work with one key follow one another, in order, and other work go on', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = (name: string) => async (): Promise<string> => {
    seen.push(`+${name}`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`-${name}`);
    return name;
  };
  const results = await Promise.all([
    turns.take('a', work('1')),
    turns.take('a', work('2')),
    turns.take('b', work('3')),
  ]);
  assert.deepEqual(results, ['1', '2', '3']);
  assert.ok(seen.indexOf('-1') < seen.indexOf('+2'));
  assert.ok(seen.indexOf('+3') < seen.indexOf('-1'));
});

void test('take() goes on after work that failed', async () => {
  const turns = new Turns();
  const failing = turns.take('a', () => Promise.reject(new Error('no')));
  const next = turns.take('a', () => Promise.resolve('yes'));
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'yes');
});
