// One look at a time: what does not answer is not asked again and again.
import assert from 'node:assert/strict';
import test from 'node:test';
import { IncidentWatch } from './incident-watch.ts';

void test('look() asks nobody while it still waits for an answer, and goes on once it has come', async () => {
  const waiting: ((seen: string | undefined) => void)[] = [];
  const told: [boolean, string][] = [];
  const watch = new IncidentWatch<string>({
    read: async () => await new Promise((resolve) => waiting.push(resolve)),
    isWrong: (seen) => seen === 'bad',
    tell: (isWrong, seen) => void told.push([isWrong, seen]),
  });
  const looks = [watch.look(), watch.look(), watch.look()];
  assert.equal(waiting.length, 1);
  waiting.pop()?.('bad');
  await Promise.all(looks);
  const next = watch.look();
  assert.equal(waiting.length, 1);
  waiting.pop()?.('good');
  await next;
  assert.deepEqual(told, [
    [true, 'bad'],
    [false, 'good'],
  ]);
});
