// A xorb is accepted only when every chunk holds what it claims; then its name and index are right.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { MiB } from '@holdfast/kernel/size';
import { PAGE } from '@holdfast/platform/aligned';
import { xorbHash } from '@huggingface/xetchunk-wasm';
import { encodeChunk, encodeXorb, type Packing } from '../../../../test/harness/xet-encode.ts';
import { xorbInvalid } from '../faults.ts';
import { type ReadAt } from './packed-chunks.ts';
import { unpackChunks } from './unpack-chunks.ts';
import { verifyXorb } from './verify-xorb.ts';
import { xetHashOf } from './xet-hash.ts';

function readerOf(bytes: Uint8Array): ReadAt {
  return (offset, into) => {
    // As a disk needs it that is read past the system's cache.
    assert.deepEqual([offset % PAGE, into.length % PAGE, into.byteOffset % PAGE], [0, 0, 0]);
    const part = bytes.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  };
}

function verify(bytes: Uint8Array): ReturnType<typeof verifyXorb> {
  return verifyXorb(readerOf(bytes), bytes.length);
}

function refusal(bytes: Uint8Array): string {
  try {
    verify(bytes);
  } catch (error) {
    assert.ok(isFault(error, xorbInvalid.code), String(error));
    return error.message;
  }
  return 'accepted';
}

const text = (length: number, seed = 0): Buffer =>
  Buffer.from(
    Array.from({ length: Math.ceil(length / 7) }, (_, index) => `word${(index * 7 + seed) % 97}, `).join(''),
  ).subarray(0, length);
const schemes: readonly Packing[] = ['none', 'lz4', 'bg4'];

void test('verifyXorb() gives name and index, whatever the chunks are packed with', () => {
  const chunks = [
    text(1),
    randomBytes(131_072),
    text(100_001),
    text(65_537, 5),
    randomBytes(3),
    text(131_072, 9),
  ];
  for (const packing of [...schemes, (chunk: number): Packing => schemes[chunk % 3] ?? 'none'] as const) {
    const { bytes, hash, hashes, ends } = encodeXorb(chunks, packing);
    const found = verify(bytes);
    assert.equal(found.hash, hash);
    assert.equal(
      found.hash,
      xetHashOf(xorbHash(chunks.map(({ length }, chunk) => ({ hash: hashes[chunk]!, length })))),
    );
    assert.deepEqual(
      Array.from(hashes, (_, chunk) => found.index.hashAt(chunk)),
      hashes,
    );
    assert.deepEqual(
      Array.from(ends, (_, chunk) => found.index.packedEnd(chunk)),
      ends,
    );
    assert.equal(
      found.index.rawSize,
      chunks.reduce((sum, { length }) => sum + length, 0),
    );
    const { start, end } = found.index.packedRange(2, 5);
    const unpacked = Array.from(unpackChunks(readerOf(bytes), { start, end }), (raw) => Buffer.from(raw));
    assert.deepEqual(unpacked, chunks.slice(2, 5));
  }
});

void test('verifyXorb() takes the largest xorb, of 8192 chunks', () => {
  const chunk = randomBytes(8192);
  const { bytes, hash } = encodeXorb(Array.from({ length: 8192 }, () => chunk));
  const { index, ...found } = verify(bytes);
  assert.equal(found.hash, hash);
  assert.deepEqual([index.count, index.rawSize, index.packedSize], [8192, 64 * MiB, 64 * MiB + 64 * 1024]);
});

void test('unpackChunks() gives any range of a xorb of several windows', () => {
  const chunks = Array.from({ length: 90 }, (_, number) => text(40_000 + number * 911, number));
  const { bytes } = encodeXorb(chunks, (chunk) => schemes[chunk % 3] ?? 'none');
  const { index } = verify(bytes);
  for (const [from, to] of [
    [0, 90],
    [1, 2],
    [17, 71],
    [89, 90],
  ] as const) {
    const range = index.packedRange(from, to);
    const unpacked = Array.from(unpackChunks(readerOf(bytes), range), (raw) => Buffer.from(raw));
    assert.deepEqual(unpacked, chunks.slice(from, to));
  }
});

void test('verifyXorb() refuses what is not a xorb, and says where', () => {
  const good = encodeXorb([text(5000), text(6000), text(7000)], 'lz4');
  const second = good.ends[0]!;
  const changed = (at: number, to: number): Buffer => {
    const bytes = Buffer.from(good.bytes);
    bytes[at] = to;
    return bytes;
  };
  assert.match(refusal(Buffer.alloc(0)), /no chunks/);
  assert.match(
    refusal(changed(second, 1)),
    new RegExp(`chunk 1 at byte ${second}: its header has the unknown version 1`),
  );
  assert.match(refusal(changed(second + 4, 3)), /chunk 1 .*unknown scheme 3/);
  assert.match(refusal(changed(second + 4, 0)), /chunk 1 .*but it is not packed/);
  assert.match(refusal(changed(second + 7, 2)), /chunk 1 .*claims 137072 bytes/);
  assert.match(refusal(changed(second + 5, 0)), /chunk 1 .*unpacks to too much/);
  assert.match(refusal(good.bytes.subarray(0, -1)), /chunk 2 .*beyond byte/);
  assert.match(refusal(good.bytes.subarray(0, second + 3)), /chunk 1 .*beyond byte/);
  assert.match(
    refusal(Buffer.concat([good.bytes, Buffer.from('XETBLOB\u0001')])),
    /chunk 3 .*unknown version 88/,
  );
});

void test('verifyXorb() refuses a chunk that is shorter or longer than its header says', () => {
  for (const packing of ['lz4', 'bg4'] as const) {
    assert.match(
      refusal(encodeChunk(text(5000), packing, { rawLength: 5001 })),
      /unpacks to 5000 bytes, not 5001/,
    );
    assert.match(refusal(encodeChunk(text(5000), packing, { rawLength: 4999 })), /unpacks to too much/);
  }
});

void test('verifyXorb() refuses one chunk and one byte too many', () => {
  const small = Array.from({ length: 8193 }, () => Buffer.alloc(1));
  assert.match(refusal(encodeXorb(small).bytes), /more than 8192 chunks/);
  const large = Buffer.alloc(131_072);
  const most = encodeXorb(
    Array.from({ length: 512 }, () => large),
    'lz4',
  );
  assert.equal(verify(most.bytes).hash, most.hash);
  assert.match(
    refusal(Buffer.concat([most.bytes, encodeChunk(Buffer.alloc(1), 'none')])),
    /claim more than 67108864 bytes/,
  );
  assert.match(refusal(Buffer.alloc(64 * MiB + 64 * 1024 + 1)), /has 67174401 bytes/);
});

void test('verifyXorb() calls it an error, not a refusal, when the store has fewer bytes than it says', () => {
  const { bytes } = encodeXorb([text(5000)]);
  assert.throws(
    () => verifyXorb(readerOf(bytes), bytes.length + 1),
    (error) => !isFault(error),
  );
});
