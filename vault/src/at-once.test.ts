// So much at once and no more; what is refused was not begun, and room comes back, also after what failed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { AtOnce } from './at-once.ts';
import { VaultRefusal } from './refusal.ts';

void test('AtOnce refuses what is too much, does not begin it, and has room again when something ends', async () => {
  const atOnce = new AtOnce(2);
  const [one, other] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const doing = [atOnce.do(() => one.promise), atOnce.do(() => other.promise)];
  let isBegun = false;
  const third = async (): Promise<string> => {
    isBegun = true;
    return await Promise.resolve('third');
  };
  const isBusy = (error: unknown): boolean => error instanceof VaultRefusal && error.code === 'failed';
  await assert.rejects(atOnce.do(third), isBusy);
  assert.ok(!isBegun);
  other.reject(new Error('it failed'));
  await assert.rejects(doing[1] ?? Promise.resolve(), /it failed/);
  assert.equal(await atOnce.do(third), 'third');
  one.resolve('one');
  assert.equal(await doing[0], 'one');
});
