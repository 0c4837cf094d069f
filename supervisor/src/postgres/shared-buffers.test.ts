// The memory for pages follows the machine.
import assert from 'node:assert/strict';
import test from 'node:test';
import { GiB, MiB } from '@holdfast/kernel/size';
import { sharedBuffersFor } from './shared-buffers.ts';

void test('sharedBuffersFor() is an eighth of the memory, between 128 MB and 1 GB', () => {
  assert.equal(sharedBuffersFor(512 * MiB), '128MB');
  assert.equal(sharedBuffersFor(4 * GiB), '512MB');
  assert.equal(sharedBuffersFor(3 * GiB + 1), '384MB');
  assert.equal(sharedBuffersFor(64 * GiB), '1024MB');
});
