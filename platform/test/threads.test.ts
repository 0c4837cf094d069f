// Threads after something went wrong, and after their end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Threads } from '../src/threads.ts';
import { type EchoWork } from './echo-work.ts';

const file = new URL('echo-work.ts', import.meta.url);

void test('a question that cannot be sent is not waited for', async () => {
  await using threads = new Threads(2);
  const echo = threads.workOf<EchoWork>(file);
  const first = await echo.ask('whoAreYou', 1);
  await assert.rejects(
    echo.ask('whoAreYou', () => undefined),
    { name: 'DataCloneError' },
  );
  assert.equal(await echo.ask('whoAreYou', 1), first, 'it has as little to do as before');
});

void test('nobody is asked after the end', async () => {
  const threads = new Threads(1);
  const echo = threads.workOf<EchoWork>(file);
  await echo.ask('whoAreYou', 1);
  await threads[Symbol.asyncDispose]();
  await assert.rejects(echo.ask('whoAreYou', 1), /closed/);
});
