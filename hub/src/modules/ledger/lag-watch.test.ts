// An incident is told once, and so is its end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { watchLag } from './lag-watch.ts';

void test('watchLag() tells of a lag over five seconds once, and of its end once', async () => {
  const told: string[] = [];
  const lag = { seconds: NaN, read: () => Promise.resolve() };
  const tell = (level: string) => (fields: object) => void told.push(`${level} ${JSON.stringify(fields)}`);
  const watch = watchLag(lag, { warn: tell('warn'), info: tell('info') });
  for (const seconds of [NaN, 0, 4.9, 5, 5.1, 8, NaN, 60, 0.1, 0, NaN, 3, 7, NaN, 2]) {
    lag.seconds = seconds;
    await watch.look();
  }
  assert.deepEqual(told, [
    'warn {"seconds":5.1}',
    'info {"seconds":0.1}',
    'warn {"seconds":7}',
    'info {"seconds":2}',
  ]);
});
