// Restarts, with children that are promises.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Exit } from '@holdfast/platform/process';
import { type Kept, Keeper, pauseBefore } from './keeper.ts';

interface Fake extends Kept {
  end(exit: Exit): void;
}

function fake(): Fake {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  const exit = { code: 0, signal: null };
  return {
    ended: promise,
    end: resolve,
    stop: () => {
      resolve(exit);
      return Promise.resolve();
    },
    kill: () => {
      resolve(exit);
    },
  };
}

void test('pauseBefore() doubles up to half a minute', () => {
  assert.deepEqual([1, 2, 3, 4].map(pauseBefore), [250, 500, 1_000, 2_000]);
  assert.equal(pauseBefore(50), 30_000);
});

void test('Keeper.open() rejects when the first start fails', async () => {
  const start = (): Promise<Kept> => Promise.reject(new Error('no'));
  await assert.rejects(Keeper.open({ name: 'x', start, report: () => undefined }), /no/);
});

void test('Keeper starts a child that ended again, and tries until it runs', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const children = [fake(), fake()];
  let starts = 0;
  const said: string[] = [];
  const running = Promise.withResolvers<undefined>();
  const start = (): Promise<Kept> => {
    starts += 1;
    if (starts === 2) return Promise.reject(new Error('not yet'));
    return Promise.resolve(children[starts === 1 ? 0 : 1] as Kept);
  };
  const report = (message: string): void => {
    said.push(message);
    if (message === 'x runs again') running.resolve(undefined);
  };
  const keeper = await Keeper.open({ name: 'x', start, report });
  children[0]?.end({ code: null, signal: 'SIGKILL' });
  for (let n = 0; n < 20; n += 1) {
    await Promise.resolve();
    t.mock.timers.tick(600);
  }
  await running.promise;
  assert.deepEqual(said, ['x ended (SIGKILL)', 'not yet', 'x runs again']);
  await keeper.stop();
  assert.equal(starts, 3);
});

void test('Keeper.stop() starts no other', async () => {
  let starts = 0;
  const start = (): Promise<Kept> => {
    starts += 1;
    return Promise.resolve(fake());
  };
  const keeper = await Keeper.open({ name: 'x', start, report: () => undefined });
  await keeper.stop();
  assert.equal(starts, 1);
});

void test('Keeper.restart() ends what runs and what is being started', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const children: Fake[] = [];
  const ended: number[] = [];
  const starting = Promise.withResolvers<undefined>();
  const opened: Keeper[] = [];
  const start = (): Promise<Kept> => {
    const child = fake();
    const n = children.push(child);
    void child.ended.then(() => ended.push(n));
    // Asked for while the second one comes up, as what it was started with is outdated by then.
    if (n === 2) opened[0]?.restart();
    if (n === 3) starting.resolve(undefined);
    return Promise.resolve(child);
  };
  const keeper = await Keeper.open({ name: 'x', start, report: () => undefined });
  opened.push(keeper);
  keeper.restart();
  for (let n = 0; n < 40; n += 1) {
    await Promise.resolve();
    t.mock.timers.tick(600);
  }
  await starting.promise;
  assert.deepEqual(ended, [1, 2]);
  await keeper.stop();
});
