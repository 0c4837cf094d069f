// Writes the answer to a client that asks whether a chunk is known: the xorbs that hold it, with the hashes of all their
// chunks under a key. A client recognises what it could hash itself, and learns nothing of the rest.
import { setImmediate } from 'node:timers/promises';
import { HASH_BYTES, KeyedBlake3 } from './blake3.ts';
import {
  FOOTER_BYTES,
  NUMBERS,
  RECORD_BYTES,
  SECTION_END,
  SHARD_TAG,
  SHARD_VERSION,
} from './shard-records.ts';
import { xetHashBytes, type XetHash } from './xet-hash.ts';
import { type XorbIndex } from './xorb-index.ts';

/** What the answer says. */
export interface DedupAnswer {
  readonly xorbs: readonly { readonly hash: XetHash; readonly index: XorbIndex }[];
  /** 32 bytes, not all zero. */
  readonly key: Uint8Array;
  readonly created: Date;
  /** Until when clients may name these xorbs without asking again. They must be kept longer. */
  readonly expires: Date;
}

const FOOTER_VERSION = 1n;

/** The shard, without tables for looking things up, which clients make themselves. Others get a turn after each xorb. */
export async function writeDedupShard({ xorbs, key, created, expires }: DedupAnswer): Promise<Buffer> {
  // Clients take a key of zeros for none, and hashes without key would let them claim chunks they never had.
  if (key.length !== HASH_BYTES || key.every((byte) => byte === 0)) throw new RangeError('no key');
  const rows = sum(xorbs, ({ index }) => 1 + index.count);
  const xorbsAt = 2 * RECORD_BYTES;
  const footerAt = xorbsAt + (rows + 1) * RECORD_BYTES;
  const shard = Buffer.alloc(footerAt + FOOTER_BYTES);
  writeHeader(shard);
  // The files: none.
  shard.set(SECTION_END, RECORD_BYTES);
  const hasher = new KeyedBlake3(key);
  let at = xorbsAt;
  for (const xorb of xorbs) {
    at = writeXorb(shard, at, { ...xorb, hasher });
    await setImmediate();
  }
  shard.set(SECTION_END, at);
  const footer = shard.subarray(footerAt);
  const numbers = [FOOTER_VERSION, RECORD_BYTES, xorbsAt, footerAt, 0, footerAt, 0, footerAt, 0];
  for (const [place, value] of numbers.entries()) writeU64(footer, place * 8, value);
  footer.set(key, 72);
  writeU64(footer, 104, unixSeconds(created));
  writeU64(footer, 112, unixSeconds(expires));
  writeU64(
    footer,
    168,
    sum(xorbs, ({ index }) => index.packedSize),
  );
  writeU64(
    footer,
    184,
    sum(xorbs, ({ index }) => index.rawSize),
  );
  writeU64(footer, 192, footerAt);
  return shard;
}

function writeHeader(shard: Buffer): void {
  shard.set(SHARD_TAG);
  writeU64(shard, SHARD_TAG.length, SHARD_VERSION);
  writeU64(shard, SHARD_TAG.length + 8, FOOTER_BYTES);
}

/** Returns where the next record begins. */
function writeXorb(
  shard: Buffer,
  start: number,
  { hash, index, hasher }: DedupAnswer['xorbs'][number] & { readonly hasher: KeyedBlake3 },
): number {
  let at = writeRecord(shard, start, {
    hash: xetHashBytes(hash),
    numbers: [0, index.count, index.rawSize, index.packedSize],
  });
  for (let chunk = 0; chunk < index.count; chunk += 1) {
    const keyed = hasher.digest(index.hashAt(chunk));
    const numbers = [index.rawStart(chunk), index.rawLength(chunk, chunk + 1)];
    at = writeRecord(shard, at, { hash: keyed, numbers });
  }
  return at;
}

function writeRecord(
  shard: Buffer,
  at: number,
  { hash, numbers }: { readonly hash: Uint8Array; readonly numbers: readonly number[] },
): number {
  shard.set(hash, at);
  for (const [place, value] of numbers.entries()) shard.writeUInt32LE(value, at + NUMBERS + place * 4);
  return at + RECORD_BYTES;
}

function writeU64(bytes: Buffer, at: number, value: number | bigint): void {
  bytes.writeBigUInt64LE(BigInt(value), at);
}

function unixSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

function sum<T>(of: readonly T[], size: (one: T) => number): number {
  return of.reduce((total, one) => total + size(one), 0);
}
