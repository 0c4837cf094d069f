// SHA-256 piece by piece, against the one of Node.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { Sha256 } from './sha256.ts';

void test('Sha256 gives what the standard says, however the bytes are cut', () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_none, index) => (index * 31 + (index >> 8)) & 255);
  for (const length of [0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1_000, 100_000])
    for (const step of [1, 7, 64, 65, 4_096, 100_000]) {
      if (length / step > 5_000) continue;
      const digest = new Sha256();
      for (let at = 0; at < length; at += step) digest.add(bytes.subarray(at, Math.min(length, at + step)));
      const expected = createHash('sha256').update(bytes.subarray(0, length)).digest('hex');
      assert.equal(digest.end(), expected, `${length} by ${step}`);
    }
});
