// Until when a run is kept that another one follows.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LeavingRun } from './drain.ts';
import { type Run, type RunEnd } from './run.ts';

/** A run that ends when it is told to, and keeps why. */
function playRun(): Pick<Run, 'ended' | 'stop'> & { readonly whys: string[]; readonly exit: () => void } {
  const { promise, resolve } = Promise.withResolvers<RunEnd>();
  const whys: string[] = [];
  const exit = (why = 'it exited'): void => resolve({ why, listened: true, cause: 'app', forMs: 1 });
  return {
    ...{ whys, ended: promise, exit },
    stop: async (why) => {
      whys.push(why);
      exit(why);
      await promise;
    },
  };
}

void test('LeavingRun keeps a run until nobody is there any more, however long that takes within its bound', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const run = playRun();
  const leaving = new LeavingRun(run, 300_000);
  context.mock.timers.tick(299_999);
  await new Promise(setImmediate);
  assert.deepEqual(run.whys, []);
  leaving.letGo();
  await leaving.ended;
  assert.deepEqual(run.whys, ['another one follows it']);
});

void test('LeavingRun ends a run after its bound, and says so', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const run = playRun();
  const leaving = new LeavingRun(run, 300_000);
  context.mock.timers.tick(300_000);
  await leaving.ended;
  assert.deepEqual(run.whys, ['another one follows it, and whoever still used it had 300 s']);
});

void test('LeavingRun waits for nobody where the run ends by itself', async () => {
  const run = playRun();
  const leaving = new LeavingRun(run, 300_000);
  run.exit();
  await leaving.ended;
  assert.deepEqual(run.whys, []);
});
