// Headers are read within bounds; chunks are unpacked to exactly what their header says.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { encodeChunk } from '../../../../test/harness/xet-encode.ts';
import { xorbInvalid } from '../faults.ts';
import { atChunk, ChunkDecoder, readChunkHeader } from './chunk.ts';

function header(...[version, packed, scheme, raw]: readonly [number, number, number, number]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(version);
  bytes.writeUIntLE(packed, 1, 3);
  bytes.writeUInt8(scheme, 4);
  bytes.writeUIntLE(raw, 5, 3);
  return bytes;
}

void test('readChunkHeader() reads what is within bounds', () => {
  for (const [packed, scheme, raw] of [
    [1, 0, 1],
    [131_072, 0, 131_072],
    [1, 1, 131_072],
    [262_144, 2, 1],
  ] as const)
    assert.deepEqual(readChunkHeader(Buffer.concat([Buffer.alloc(5), header(0, packed, scheme, raw)]), 5), {
      packedLength: packed,
      scheme,
      rawLength: raw,
    });
});

void test('readChunkHeader() refuses what is out of bounds', () => {
  for (const [version, packed, scheme, raw] of [
    [1, 5, 0, 5],
    [0, 5, 3, 5],
    [0, 5, 255, 5],
    [0, 0, 1, 5],
    [0, 5, 1, 0],
    [0, 5, 1, 131_073],
    [0, 262_145, 1, 5],
    [0, 0xff_ff_ff, 1, 0xff_ff_ff],
    [0, 5, 0, 6],
    [0, 131_073, 0, 131_073],
  ] as const)
    assert.throws(
      () => readChunkHeader(header(version, packed, scheme, raw), 0),
      (error) => isFault(error, xorbInvalid.code),
    );
});

void test('decode() gives a chunk that is not packed as it is, and unpacks others into the same memory', () => {
  const decoder = new ChunkDecoder();
  const unpack = (encoded: Buffer): Uint8Array =>
    decoder.decode(readChunkHeader(encoded, 0), encoded.subarray(8));
  const raw = Buffer.from('abcd'.repeat(1000));
  const plain = encodeChunk(raw, 'none');
  assert.equal(unpack(plain).buffer, plain.buffer);
  const first = unpack(encodeChunk(raw, 'bg4'));
  assert.ok(raw.equals(first));
  const second = unpack(encodeChunk(Buffer.alloc(2000, 7), 'bg4'));
  assert.equal(second.buffer, first.buffer);
  assert.ok(Buffer.alloc(2000, 7).equals(second));
  assert.ok(raw.equals(unpack(encodeChunk(raw, 'lz4'))));
});

void test('atChunk() adds the place to our refusal alone', () => {
  const placed = atChunk(xorbInvalid('it is odd'), { number: 3, offset: 77 });
  assert.ok(isFault(placed) && placed.message === 'The xorb is not valid: chunk 3 at byte 77: it is odd.');
  const other = new Error('disk');
  assert.equal(atChunk(other, { number: 3, offset: 77 }), other);
});
