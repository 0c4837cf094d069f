// The answer to a question for a chunk names it under the key alone.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { hmac } from '@huggingface/xetchunk-wasm';
import { encodeXorb, type TestXorb } from '../../../../test/harness/xet-encode.ts';
import { writeDedupShard } from './dedup-shard.ts';
import { verifyXorb } from './verify-xorb.ts';
import { xetHashOf } from './xet-hash.ts';
import { type XorbIndex } from './xorb-index.ts';

interface ReadXorb {
  readonly hash: string;
  readonly numbers: readonly number[];
  readonly chunks: readonly { readonly keyed: Buffer; readonly start: number; readonly length: number }[];
}

function indexOf({ bytes }: TestXorb): XorbIndex {
  return verifyXorb((offset, into) => bytes.copy(into, 0, offset), bytes.length).index;
}

/** Reads as clients do: from the footer back to the section of xorbs. */
function readAnswer(shard: Buffer): { xorbs: ReadXorb[]; footer: Buffer } {
  const footer = shard.subarray(-200);
  assert.equal(Number(footer.readBigUInt64LE(192)), shard.length - 200);
  const xorbs: ReadXorb[] = [];
  let at = Number(footer.readBigUInt64LE(16));
  const take = (): Buffer => shard.subarray(at, (at += 48));
  for (;;) {
    const record = take();
    if (record.subarray(0, 32).every((byte) => byte === 0xff)) break;
    const numbers = [0, 1, 2, 3].map((place) => record.readUInt32LE(32 + 4 * place));
    const chunks = Array.from({ length: numbers[1] ?? 0 }, () => {
      const chunk = take();
      return { keyed: chunk.subarray(0, 32), start: chunk.readUInt32LE(32), length: chunk.readUInt32LE(36) };
    });
    xorbs.push({ hash: xetHashOf(record.subarray(0, 32)), numbers, chunks });
  }
  assert.equal(at, shard.length - 200, 'the footer follows at once');
  return { xorbs, footer };
}

const xorbs = [
  encodeXorb([randomBytes(100), randomBytes(200), randomBytes(300)]),
  encodeXorb([Buffer.alloc(5000)], 'lz4'),
];
const answer = {
  xorbs: xorbs.map((xorb) => ({ hash: xorb.hash, index: indexOf(xorb) })),
  key: randomBytes(32),
  created: new Date(1_800_000_000_999),
  expires: new Date(1_800_086_400_000),
};

void test('writeDedupShard() names the chunks under the key, and where they stand', async () => {
  const { xorbs: read } = readAnswer(await writeDedupShard(answer));
  assert.deepEqual(
    read,
    xorbs.map(({ hash, hashes, chunks, bytes }) => {
      let start = 0;
      const rows = chunks.map(({ length }, chunk) => {
        const row = { keyed: Buffer.from(hmac(hashes[chunk]!, answer.key)), start, length };
        start += length;
        return row;
      });
      return { hash, numbers: [0, chunks.length, start, bytes.length], chunks: rows };
    }),
  );
});

void test('writeDedupShard() has no files and no tables, and a footer that says until when', async () => {
  const shard = await writeDedupShard(answer);
  const { footer } = readAnswer(shard);
  assert.equal(shard.subarray(0, 14).toString(), 'HFRepoMetaData');
  assert.deepEqual([shard.readBigUInt64LE(32), shard.readBigUInt64LE(40)], [2n, 200n]);
  assert.ok(shard.subarray(48, 80).every((byte) => byte === 0xff));
  const end = BigInt(shard.length - 200);
  const numbers = Array.from({ length: 9 }, (_, place) => footer.readBigUInt64LE(place * 8));
  assert.deepEqual(numbers, [1n, 48n, 96n, end, 0n, end, 0n, end, 0n]);
  assert.deepEqual(footer.subarray(72, 104), answer.key);
  assert.deepEqual(
    [footer.readBigUInt64LE(104), footer.readBigUInt64LE(112)],
    [1_800_000_000n, 1_800_086_400n],
  );
});

void test('writeDedupShard() gives no raw hash away', async () => {
  const shard = await writeDedupShard(answer);
  for (const hash of xorbs[0]?.hashes ?? []) assert.equal(shard.indexOf(hash), -1);
  for (const key of [new Uint8Array(32), new Uint8Array(0), randomBytes(31)])
    await assert.rejects(writeDedupShard({ ...answer, key }), /no key/);
});
