// What the hub is told where a start that accepted a loss was broken off.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isLossOver, resumedStanding } from './accepted-loss.ts';

const missing = { why: 'behind', signed: 9, found: 5 } as const;

void test('a loss that was broken off is told to the next hub, and any other as the notary tells it', () => {
  const well = { sealed: null, lost: null };
  assert.deepEqual(resumedStanding(well, false), well);
  assert.deepEqual(resumedStanding(well, true).lost, { why: 'interrupted', signed: 0, found: 0 });
  for (const standing of [
    { sealed: null, lost: missing },
    { sealed: missing, lost: null },
  ])
    for (const resumes of [true, false]) assert.deepEqual(resumedStanding(standing, resumes), standing);
});

void test('what was broken off stays to be done while the instance is sealed, and nothing else does', () => {
  const sealed = { sealed: missing, lost: null };
  assert.equal(isLossOver(sealed, true), false);
  assert.equal(isLossOver(sealed, false), true);
  assert.equal(isLossOver({ sealed: null, lost: missing }, true), true);
});
