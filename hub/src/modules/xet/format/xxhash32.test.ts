// The checksum gives the published values.
import assert from 'node:assert/strict';
import test from 'node:test';
import { xxHash32 } from './xxhash32.ts';

void test('xxHash32() gives the published values', () => {
  const published = {
    '': 0x02cc5d05,
    a: 0x550d7456,
    abc: 0x32d153ff,
    'Nobody inspects the spammish repetition': 0xe2293b2f,
  };
  for (const [text, value] of Object.entries(published))
    assert.equal(xxHash32(Buffer.from(text)), value, text);
});
