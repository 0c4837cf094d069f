// Floods of tokens in pushed texts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Sha256, sha256 } from '@holdfast/kernel/digest';
import { type Actor, referencesOf } from '#modules/access';
import { PushedWaiting } from './pushed-waiting.ts';

const pusher = (part: string): Actor => ({ kind: 'system', part });
const digest = (n: number): Sha256 => sha256(Buffer.from(`${n}`));

void test('who floods takes no room from others, and it is said how much was left out', () => {
  const waiting = new PushedWaiting();
  for (let n = 0; n < 3_000; n += 1) waiting.note({ digest: digest(n), pusher: pusher('flood') });
  waiting.note({ digest: digest(2_999), pusher: pusher('other') });
  const { noted, leftOut } = waiting.take();
  const by = (part: string) => noted.filter((one) => referencesOf(one.pusher).actor === `system:${part}`);
  assert.equal(by('flood').length, 1_000);
  assert.equal(by('other').length, 1);
  assert.deepEqual([...leftOut], [['system:flood', 2_000]]);
  assert.deepEqual(waiting.take(), { noted: [], leftOut: new Map() });
});

void test('the same token by the same pusher waits once', () => {
  const waiting = new PushedWaiting();
  for (let n = 0; n < 3; n += 1) waiting.note({ digest: digest(1), pusher: pusher('a') });
  assert.equal(waiting.take().noted.length, 1);
});
