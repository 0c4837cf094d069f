// The checksum gives the published values.
import assert from 'node:assert/strict';
import test from 'node:test';
import { compressFrameSync } from 'lz4-napi';
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

void test('xxHash32() gives the checksum that lz4_flex writes, for every length', () => {
  for (let length = 1; length < 100; length += 1) {
    const content = Buffer.from(Array.from({ length }, (_, index) => (index * 37 + 200) & 0xff));
    const frame = compressFrameSync(content, { contentChecksum: true });
    assert.equal(xxHash32(content), frame.readUInt32LE(frame.length - 4), `${length} bytes`);
  }
});
