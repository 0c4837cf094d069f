// What a hub that is started anew is told of losses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type HubRun } from './hub.ts';
import { nextRun } from './next-run.ts';

void test('a loss that was accepted is told to the first hub alone', () => {
  const lost = { epoch: 1 };
  const settings = { sealed: null, lost, removals: { head: null, acceptLoss: true } };
  const first = { start: { type: 'start', settings, secrets: {} }, timeout: 1 } as unknown as HubRun;
  const { settings: next } = nextRun(first, null, null).start;
  assert.equal(next.lost, null);
  assert.equal(next.removals.acceptLoss, false);
  assert.equal(first.start.settings.lost, lost);
});
