// LZ4 frames are unpacked as other programs pack them; nothing that a strict reader would refuse is let in.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { compressFrameSync } from 'lz4-napi';
import { xorbInvalid } from '../faults.ts';
import { decodeLz4Frame } from './lz4-frame.ts';
import { xxHash32 } from './xxhash32.ts';

/** Literals, and then, but for the last, a match. */
interface Sequence {
  readonly literals: Uint8Array;
  readonly match?: { readonly distance: number; readonly length: number };
}

interface FrameWish {
  /** Version 1, independent blocks, where it says nothing else. */
  readonly flags?: number;
  readonly sizeCode?: number;
  readonly contentSize?: number;
  readonly headerChecksum?: number;
  /** What follows the header; `end` closes it. */
  readonly parts: readonly Uint8Array[];
}

const INDEPENDENT = 0x60;
const LINKED = 0x40;
const end = u32(0);

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function frame({
  flags = INDEPENDENT,
  sizeCode = 0x40,
  contentSize,
  headerChecksum,
  parts,
}: FrameWish): Buffer {
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8);
  if (contentSize !== undefined) size.writeBigUInt64LE(BigInt(contentSize));
  const descriptor = Buffer.concat([Buffer.from([flags, sizeCode]), size]);
  const checksum = headerChecksum ?? (xxHash32(descriptor) >>> 8) & 0xff;
  return Buffer.concat([u32(0x184d2204), descriptor, Buffer.from([checksum]), ...parts]);
}

const stored = (bytes: Uint8Array): Buffer => Buffer.concat([u32(bytes.length + 0x8000_0000), bytes]);
const packed = (...sequences: Sequence[]): Buffer => {
  const block = Buffer.concat(sequences.map(encodeSequence));
  return Buffer.concat([u32(block.length), block]);
};

function encodeSequence({ literals, match }: Sequence): Buffer {
  const token =
    (Math.min(literals.length, 15) << 4) | (match === undefined ? 0 : Math.min(match.length - 4, 15));
  const parts = [Buffer.from([token]), moreOf(literals.length), literals];
  if (match === undefined) return Buffer.concat(parts);
  const distance = Buffer.from([match.distance & 0xff, match.distance >>> 8]);
  return Buffer.concat([...parts, distance, moreOf(match.length - 4)]);
}

function moreOf(length: number): Buffer {
  if (length < 15) return Buffer.alloc(0);
  return Buffer.from([
    ...Array.from({ length: Math.floor((length - 15) / 255) }, () => 255),
    (length - 15) % 255,
  ]);
}

/** What the sequences stand for, byte by byte. */
function unpackSlowly(sequences: readonly Sequence[], before: readonly number[] = []): number[] {
  const out = [...before];
  for (const { literals, match } of sequences) {
    out.push(...literals);
    for (let left = match?.length ?? 0; left > 0; left -= 1)
      out.push(out[out.length - (match?.distance ?? 0)] ?? 0);
  }
  return out;
}

function unpack(bytes: Uint8Array, room: number): Buffer {
  // Bytes around the room show whether anything is written outside it.
  const memory = new Uint8Array(room + 32).fill(0xee);
  const length = decodeLz4Frame(bytes, memory.subarray(16, 16 + room));
  assert.ok(
    memory.subarray(0, 16).every((byte) => byte === 0xee) &&
      memory.subarray(16 + room).every((byte) => byte === 0xee),
  );
  return Buffer.from(memory.subarray(16, 16 + length));
}

function refusal(bytes: Uint8Array, room = 1000): string {
  try {
    unpack(bytes, room);
  } catch (error) {
    assert.ok(isFault(error, xorbInvalid.code), String(error));
    return error.message;
  }
  return 'accepted';
}

const letters = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, index) => 97 + (index % 26)));

void test('decodeLz4Frame() unpacks what lz4_flex packs, with and without checksums', () => {
  const contents = [
    Buffer.alloc(1, 7),
    letters(13),
    Buffer.alloc(131_072),
    randomBytes(131_072),
    letters(131_072),
  ];
  contents.push(Buffer.from(Array.from({ length: 20_000 }, () => `${randomInt(50)},`).join('')));
  for (const content of contents)
    for (const options of [{}, { contentChecksum: true }])
      assert.ok(unpack(compressFrameSync(content, options), content.length).equals(content));
});

void test('decodeLz4Frame() repeats over every distance and length, up to the last byte of the room', () => {
  for (let distance = 1; distance <= 40; distance += 1) {
    for (const length of [4, 5, 7, 8, 9, 18, 19, 31, 32, 33, 127, 128, 129, 300, 1000]) {
      // As near to the end as a match may come.
      const tail = Math.max(5, 12 - length);
      const sequences = [{ literals: letters(41), match: { distance, length } }, { literals: letters(tail) }];
      const expected = Buffer.from(unpackSlowly(sequences));
      const bytes = frame({ parts: [packed(...sequences), end] });
      for (const room of [expected.length, expected.length + 3, expected.length + 200])
        assert.deepEqual(unpack(bytes, room), expected, `${length} from ${distance} back`);
    }
  }
});

void test('decodeLz4Frame() unpacks random sequences', () => {
  for (let round = 0; round < 300; round += 1) {
    const sequences: Sequence[] = [];
    let size = 0;
    for (let count = randomInt(1, 30); count > 0; count -= 1) {
      const literals = randomBytes(randomInt(sequences.length === 0 ? 1 : 0, randomInt(3, 300)));
      const length = randomInt(4, randomInt(6, 400));
      sequences.push({ literals, match: { distance: randomInt(1, size + literals.length + 1), length } });
      size += literals.length + length;
    }
    sequences.push({ literals: randomBytes(randomInt(12, 40)) });
    const expected = Buffer.from(unpackSlowly(sequences));
    assert.deepEqual(unpack(frame({ parts: [packed(...sequences), end] }), expected.length), expected);
  }
});

void test('decodeLz4Frame() lets linked blocks reach back, and independent ones not', () => {
  const one = stored(letters(20));
  const two: Sequence[] = [
    { literals: Buffer.alloc(0), match: { distance: 20, length: 30 } },
    { literals: letters(12) },
  ];
  const parts = [one, packed(...two), end];
  assert.deepEqual(
    unpack(frame({ flags: LINKED, parts }), 62),
    Buffer.from(unpackSlowly(two, [...letters(20)])),
  );
  assert.match(refusal(frame({ parts })), /repeats what is not there/);
});

void test('decodeLz4Frame() compares the size that the frame claims', () => {
  const parts = [stored(letters(20)), end];
  const flags = INDEPENDENT | 0x08;
  assert.equal(unpack(frame({ flags, contentSize: 20, parts }), 20).length, 20);
  assert.match(refusal(frame({ flags, contentSize: 21, parts })), /holds 20 bytes, not the 21 it claims/);
  assert.match(
    refusal(frame({ flags, contentSize: Number.MAX_SAFE_INTEGER, parts })),
    /not the 9007199254740991/,
  );
});

void test('decodeLz4Frame() never unpacks to more than there is room for', () => {
  const bomb = compressFrameSync(Buffer.alloc(8 * 1024 * 1024));
  assert.match(refusal(bomb, 131_072), /too much/);
  assert.match(refusal(frame({ parts: [stored(letters(20)), end] }), 19), /too much/);
  const match = { literals: letters(4), match: { distance: 1, length: 100 } };
  assert.match(refusal(frame({ parts: [packed(match, { literals: letters(12) }), end] }), 103), /too much/);
  assert.match(refusal(frame({ parts: [packed(match, { literals: letters(12) }), end] }), 115), /too much/);
  assert.equal(refusal(frame({ parts: [packed(match, { literals: letters(12) }), end] }), 116), 'accepted');
});

void test('decodeLz4Frame() refuses a wrong checksum, which some clients would, too', () => {
  const content = letters(100);
  const good = compressFrameSync(content, { contentChecksum: true });
  for (const at of [6, good.length - 1]) {
    const bad = Buffer.from(good);
    bad[at]! ^= 1;
    assert.match(refusal(bad), /checksum/, `byte ${at} of ${good.length}`);
  }
  assert.match(
    refusal(frame({ headerChecksum: 0x100, parts: [end] })),
    /header of its LZ4 frame has a wrong checksum/,
  );
});

void test('decodeLz4Frame() refuses a frame that is cut anywhere, or goes on', () => {
  const good = compressFrameSync(letters(300), { contentChecksum: true });
  const sized = frame({ flags: INDEPENDENT | 0x08, contentSize: 20, parts: [stored(letters(20)), end] });
  for (const whole of [good, sized])
    for (let length = 0; length < whole.length; length += 1)
      assert.notEqual(refusal(whole.subarray(0, length)), 'accepted');
  assert.match(refusal(Buffer.concat([good, good])), /bytes follow/);
  assert.match(refusal(Buffer.concat([good, Buffer.alloc(1)])), /1 bytes follow/);
});

void test('decodeLz4Frame() refuses what no reader has to know', () => {
  const parts = [stored(letters(20)), end];
  for (const flags of [0x20, 0xa0, 0x61, 0x62])
    assert.match(refusal(frame({ flags, parts })), /unknown flags/);
  for (const sizeCode of [0x30, 0x80, 0x41])
    assert.match(refusal(frame({ sizeCode, parts })), /unknown block size/);
  assert.match(refusal(compressFrameSync(letters(100), { blockChecksums: true })), /checksums of blocks/);
  const skippable = Buffer.concat([u32(0x184d2a50), u32(4), Buffer.alloc(8)]);
  assert.match(refusal(skippable), /does not begin/);
});

void test('decodeLz4Frame() refuses blocks that some readers could not take', () => {
  const refused = (...parts: Uint8Array[]): string => refusal(frame({ parts: [...parts, end] }), 100_000);
  assert.match(refused(stored(Buffer.alloc(0))), /is empty/);
  assert.match(refused(packed({ literals: Buffer.alloc(0) })), /is empty/);
  assert.match(refused(stored(Buffer.alloc(65_537))), /larger than its frame allows/);
  const long = { literals: letters(1), match: { distance: 1, length: 65_524 } };
  assert.match(refused(packed(long, { literals: letters(12) })), /too much/);
  const match = { literals: letters(8), match: { distance: 1, length: 8 } };
  assert.match(refused(packed(match, { literals: letters(4) })), /without its last literals/);
  assert.match(
    refused(packed({ ...match, match: { distance: 1, length: 6 } }, { literals: letters(5) })),
    /last literals/,
  );
  assert.match(
    refused(packed({ ...match, match: { distance: 0, length: 6 } }, { literals: letters(12) })),
    /not there/,
  );
  assert.match(
    refused(packed({ ...match, match: { distance: 9, length: 6 } }, { literals: letters(12) })),
    /not there/,
  );
  assert.match(refused(packed(match)), /breaks off/);
  assert.match(refused(Buffer.concat([u32(3), Buffer.from([0xf0, 255, 255])])), /breaks off/);
});
