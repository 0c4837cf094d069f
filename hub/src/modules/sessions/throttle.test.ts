// Which errors take a try at a code back: those after which nobody can know more than before.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { seedFault } from './faults.ts';
import { lookWithin } from './throttle.ts';

async function isTakenBack(error: Error): Promise<boolean> {
  let count = 0;
  const succeed = async (): Promise<void> => {
    count += 1;
    await Promise.reject(new Error('the database is away'));
  };
  const look = async (): Promise<string> => await Promise.reject(error);
  await assert.rejects(lookWithin({ asker: 'known', succeed }, look), (thrown) => thrown === error);
  return count === 1;
}

void test('a try at a code is taken back only where nobody looked at it, and why nobody did is said', async () => {
  for (const problem of ['sealed', 'absent', 'away', 'gone', 'failed'])
    assert.ok(await isTakenBack(seedFault(problem)), problem);
  for (const problem of ['too-many', 'silent', 'unsure'])
    assert.ok(!(await isTakenBack(seedFault(problem))), problem);
  assert.ok(!(await isTakenBack(new Error('anything else'))));
  let count = 0;
  const succeed = async (): Promise<void> => {
    count += 1;
    await Promise.resolve();
  };
  await assert.rejects(
    lookWithin({ asker: 'known', succeed }, async () => await Promise.resolve(undefined)),
    (error) => isFault(error, 'second-factor.code-wrong'),
  );
  assert.equal(count, 0);
  assert.equal(
    await lookWithin({ asker: 'known', succeed }, async () => await Promise.resolve('totp')),
    'totp',
  );
  assert.equal(count, 1);
});
