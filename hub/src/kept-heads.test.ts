// Heads of removals that the supervisor is to remember.
import assert from 'node:assert/strict';
import test from 'node:test';
import { KeptHeads } from './kept-heads.ts';

void test('keep() resolves when that head is remembered, or a later one, and not before', async () => {
  const heads = new KeptHeads(() => undefined);
  const done: number[] = [];
  const kept = [1, 2, 3].map(async (n) => {
    await heads.keep({ n, mac: 'm' });
    done.push(n);
  });
  assert.equal(heads.hear({ type: 'other' }), false);
  heads.hear({ type: 'removals-head-kept', n: 2 });
  await Promise.all(kept.slice(0, 2));
  assert.deepEqual(done, [1, 2]);
  heads.hear({ type: 'removals-head-kept', n: 3 });
  await Promise.all(kept);
});
