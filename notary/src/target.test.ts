// How often a place for checkpoints is asked.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openLog } from '@holdfast/platform/log';
import { paceAfter, Target } from './target.ts';

void test('a place that takes none is asked less and less often, and at least each quarter of a minute', () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 5_000].map(paceAfter), [
    ...[1_000, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000],
  ]);
});

void test('a place that takes one again is asked as any other', async () => {
  const log = openLog('test', { write: () => undefined });
  const asked: { readonly note: string; readonly at: number }[] = [];
  const put = async (note: string): Promise<void> => {
    asked.push({ note, at: performance.now() });
    if (asked.length <= 2) throw new Error('it is down');
    await delay(1);
  };
  const target = new Target('a place', put, log);
  target.offer('a');
  while (asked.length < 3) await delay(5);
  target.offer('b');
  while (asked.length < 4) await delay(5);
  await target.finish();
  assert.deepEqual(
    asked.map(({ note }) => note),
    ['a', 'a', 'a', 'b'],
  );
  const [first, second, third] = asked.map(({ at }) => at);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.ok(third - second > second - first, 'after the second failure it is left alone for longer');
});
