// Threads after something went wrong, and after their end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Threads } from '../src/threads.ts';
import { type EchoWork } from './echo-thread.ts';

const file = new URL('echo-thread.ts', import.meta.url);

void test('a question that cannot be sent is not waited for', async () => {
  await using threads = new Threads<EchoWork>({ file, count: 2 });
  const first = await threads.ask('whoAreYou', 1);
  await assert.rejects(
    threads.ask('whoAreYou', () => undefined),
    { name: 'DataCloneError' },
  );
  assert.equal(await threads.ask('whoAreYou', 1), first, 'it has as little to do as before');
});

void test('nobody is asked after the end', async () => {
  const threads = new Threads<EchoWork>({ file, count: 1 });
  await threads.ask('whoAreYou', 1);
  await threads[Symbol.asyncDispose]();
  await assert.rejects(threads.ask('whoAreYou', 1), /closed/);
});
