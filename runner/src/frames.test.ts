// What a hub reads of a runner that was started before it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FromRunner } from './frames.ts';

void test('FromRunner takes the status of a runner that knows of no run that leaves', () => {
  const status = {
    ...{ type: 'status', space: 'a'.repeat(24), generation: 1 },
    ...{ stage: 'RUNNING', message: null, serving: null },
  };
  assert.deepEqual(FromRunner.parse(status), { ...status, leaving: [] });
});
