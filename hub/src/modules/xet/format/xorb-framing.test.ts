// Of a body, only chunks pass, however it is cut into pieces; what cannot be a xorb is refused as early as can be told.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { encodeChunk, encodeXorb, encodeXorbFooter } from '../../../../test/harness/xet-encode.ts';
import { xorbInvalid } from '../faults.ts';
import { chunksOnly, XORB_LIMITS, type XorbLimits } from './xorb-framing.ts';

const xorb = encodeXorb([randomBytes(1), Buffer.alloc(3000), randomBytes(700), Buffer.alloc(50)], (chunk) =>
  chunk % 2 === 0 ? 'none' : 'lz4',
);
const footer = encodeXorbFooter(xorb);

// oxlint-disable-next-line typescript/require-await -- stands for a body, which is asynchronous
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function passed(source: AsyncIterable<Uint8Array>, limits?: XorbLimits): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(chunksOnly(source, limits)));
}

/** The refusal, and how many bytes had been asked for. */
async function refusal(
  bytes: Uint8Array,
  limits?: XorbLimits,
  size = 1,
): Promise<{ message: string; taken: number }> {
  let taken = 0;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of cut(bytes, size)) {
      taken += piece.length;
      yield piece;
    }
  };
  try {
    await passed(source(), limits);
  } catch (error) {
    assert.ok(isFault(error, xorbInvalid.code), String(error));
    return { message: error.message, taken };
  }
  return { message: 'accepted', taken };
}

void test('chunksOnly() passes every byte on, however the body is cut', async () => {
  for (let size = 1; size <= xorb.bytes.length + 1; size += size < 40 ? 1 : 97)
    assert.ok((await passed(cut(xorb.bytes, size))).equals(xorb.bytes), `pieces of ${size}`);
});

void test('chunksOnly() leaves a footer out, however the body is cut', async () => {
  const bytes = Buffer.concat([xorb.bytes, footer]);
  for (let size = 1; size <= bytes.length + 1; size += size < 40 ? 1 : 97)
    assert.ok((await passed(cut(bytes, size))).equals(xorb.bytes), `pieces of ${size}`);
});

void test('chunksOnly() takes empty pieces, and copies none but split headers', async () => {
  const pieces = [Buffer.alloc(0), xorb.bytes, Buffer.alloc(0)];
  const out = await Array.fromAsync(chunksOnly(ReadableStream.from(pieces)));
  assert.deepEqual(
    out.map(({ buffer, byteOffset, length }) => [buffer === xorb.bytes.buffer, byteOffset, length]),
    [[true, xorb.bytes.byteOffset, xorb.bytes.length]],
  );
});

void test('chunksOnly() passes bytes on as they come', async () => {
  const body = Promise.withResolvers<Uint8Array>();
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield xorb.bytes.subarray(0, 12);
    yield await body.promise;
  };
  const passing = chunksOnly(source());
  assert.deepEqual((await passing.next()).value, xorb.bytes.subarray(0, 9));
  body.resolve(xorb.bytes.subarray(12));
  const rest = await Array.fromAsync(passing);
  assert.ok(Buffer.concat(rest).equals(xorb.bytes.subarray(9)));
});

void test('chunksOnly() refuses nothing, and what breaks off', async () => {
  assert.match((await refusal(Buffer.alloc(0))).message, /no chunks/);
  assert.match((await refusal(footer)).message, /no chunks/);
  for (let length = 1; length < xorb.bytes.length; length += 1) {
    const { message } = await refusal(xorb.bytes.subarray(0, length), undefined, 64);
    if (xorb.ends.includes(length)) assert.equal(message, 'accepted');
    else assert.match(message, /breaks off/, `${length} bytes`);
  }
});

void test('chunksOnly() refuses a bad header with its last byte, and says where it is', async () => {
  const [first] = xorb.ends;
  assert.ok(first !== undefined);
  const bad = Buffer.from(xorb.bytes);
  bad[first + 4] = 7;
  const { message, taken } = await refusal(bad);
  assert.equal(
    message,
    `The xorb is not valid: chunk 1 at byte ${first}: its header has the unknown scheme 7.`,
  );
  assert.equal(taken, first + 8);
});

void test('chunksOnly() refuses a footer it does not know, and one too long', async () => {
  const unknown = Buffer.concat([xorb.bytes, Buffer.from('XETBLOB\u0002')]);
  assert.match((await refusal(unknown)).message, /footer has the unknown version 2/);
  const half = Buffer.from('XETBLOX\u0001');
  assert.match((await refusal(Buffer.concat([xorb.bytes, half]))).message, /unknown version 88/);
  const most = Buffer.concat([xorb.bytes, footer, Buffer.alloc(512 * 1024 - footer.length)]);
  assert.equal((await refusal(most, undefined, 1000)).message, 'accepted');
  assert.match(
    (await refusal(Buffer.concat([most, Buffer.alloc(1)]), undefined, 1000)).message,
    /more than 524288/,
  );
});

void test('chunksOnly() refuses one chunk and one byte too many at the header that claims it', async () => {
  const three = encodeXorb([Buffer.alloc(100), Buffer.alloc(100), Buffer.alloc(100)]).bytes;
  const exact = { chunks: 3, raw: 300, packed: 324 };
  assert.equal((await refusal(three, exact)).message, 'accepted');
  for (const [limits, why] of [
    [{ ...exact, chunks: 2 }, /more than 2 chunks/],
    [{ ...exact, raw: 299 }, /more than 299 bytes/],
    [{ ...exact, packed: 323 }, /more than 323 packed bytes/],
  ] as const) {
    const { message, taken } = await refusal(three, limits);
    assert.match(message, why);
    assert.equal(taken, 2 * 108 + 8);
  }
});

void test('chunksOnly() keeps the limits of the protocol by itself', async () => {
  const header = encodeChunk(Buffer.alloc(1), 'none');
  const many = Buffer.concat(Array.from({ length: 8193 }, () => header));
  assert.match(
    (await refusal(many, undefined, 4096)).message,
    /chunk 8192 at byte 73728: it has more than 8192 chunks/,
  );
  assert.deepEqual(XORB_LIMITS, { chunks: 8192, raw: 67_108_864, packed: 67_174_400 });
});

void test('chunksOnly() ends the source when it refuses', async () => {
  let ended = false;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield Buffer.alloc(8, 1);
      yield await Promise.resolve(Buffer.alloc(8, 1));
    } finally {
      ended = true;
    }
  };
  await assert.rejects(passed(source()), /unknown version/);
  assert.ok(ended);
});
