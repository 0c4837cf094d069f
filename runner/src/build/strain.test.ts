// What is said of a build that ran against a limit.
import assert from 'node:assert/strict';
import test from 'node:test';
import { describeStrain } from './strain.ts';

const LIMITS = { memoryBytes: 8 * 1024 ** 3, processes: 1_024 };

void test('describeStrain() names each limit that was met with what it allows, and is silent where none was', () => {
  assert.equal(describeStrain([], LIMITS), undefined);
  assert.equal(
    describeStrain(['memory'], LIMITS),
    'It needs more memory than a build may have, which is 8 GiB.',
  );
  assert.match(describeStrain(['memory', 'processes'], LIMITS) ?? '', /8 GiB\. It starts more .* is 1024\.$/);
});
