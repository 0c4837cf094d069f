// Reads the shards that clients send: which chunks of which xorbs make up which file. All of the frame, every count and
// every number is checked before anything is given out or made; what the hashes say is for others to check. Sums of
// lengths stay exact: there are fewer than a million, of 32 bits each.
import { parseSha256, type Sha256 } from '@holdfast/kernel/digest';
import { shardInvalid } from '../faults.ts';
import { HASH_BYTES } from './blake3.ts';
import { MOST_CHUNK_RAW } from './chunk.ts';
import {
  FILE_FLAG,
  FOOTER_BYTES,
  MOST_SHARD,
  NUMBERS,
  RECORD_BYTES,
  SECTION_END,
  SHARD_TAG,
  SHARD_VERSION,
} from './shard-records.ts';
import { xetHashOf, type XetHash } from './xet-hash.ts';
import { XORB_LIMITS } from './xorb-framing.ts';

/** How much a shard may hold. */
export interface ShardLimits {
  readonly bytes: number;
  readonly files: number;
  /** Of all files together. */
  readonly terms: number;
}

/** Enough for a file of 256 GiB in the smallest pieces that clients make, or of terabytes in usual ones. */
export const SHARD_LIMITS: ShardLimits = { bytes: MOST_SHARD, files: 65_536, terms: 524_288 };

/** Chunks `start` up to, but without, `end` of a xorb. */
export interface ShardTerm {
  readonly xorb: XetHash;
  /** Bytes of the file that the term stands for. */
  readonly rawLength: number;
  readonly start: number;
  readonly end: number;
  /** The 32 bytes that show that the sender knows the hashes of the chunks. */
  readonly verification: Buffer;
}

/** A file as the sender describes it. */
export interface ShardFile {
  readonly hash: XetHash;
  readonly terms: ShardTerms;
  /** The sender's claim; absent where the sender made none. */
  readonly sha256: Sha256 | undefined;
}

/** The terms of a file, read when they are asked for: a shard can hold more than should be in memory at once. */
class ShardTerms implements Iterable<ShardTerm> {
  readonly #bytes: Buffer;
  readonly #first: number;
  /** How many there are. */
  readonly length: number;

  /** Of `length` terms whose records were checked and begin at byte `first`. */
  constructor(bytes: Buffer, first: number, length: number) {
    this.#bytes = bytes;
    this.#first = first;
    this.length = length;
  }

  /** The term of a number, counted from 0. */
  at(term: number): ShardTerm {
    if (!(term >= 0 && term < this.length)) throw new RangeError(`term ${term} of ${this.length}`);
    const at = this.#first + term * RECORD_BYTES;
    const verification = at + this.length * RECORD_BYTES;
    return {
      xorb: hashAt(this.#bytes, at),
      rawLength: this.#bytes.readUInt32LE(at + NUMBERS + 4),
      start: this.#bytes.readUInt32LE(at + NUMBERS + 8),
      end: this.#bytes.readUInt32LE(at + NUMBERS + 12),
      verification: this.#bytes.subarray(verification, verification + HASH_BYTES),
    };
  }

  *[Symbol.iterator](): Generator<ShardTerm> {
    for (let term = 0; term < this.length; term += 1) yield this.at(term);
  }
}

/**
 * The files of a shard, one after the other. Throws `xet.shard-invalid` at once, before the first is given, when
 * anything in the frame of the whole shard is wrong. The bytes must not change while files are read.
 */
export function parseShard(bytes: Uint8Array, limits: ShardLimits = SHARD_LIMITS): Generator<ShardFile> {
  const shard = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (shard.length > limits.bytes)
    throw shardInvalid(`it has ${shard.length} bytes, more than ${limits.bytes}`);
  checkHeader(shard);
  const records = new Records(shard, RECORD_BYTES);
  checkFiles(records, limits);
  walkXorbs(records);
  // Tables for looking things up may follow, and a footer. Nothing in them is needed, and clients from 1.1.10 to 1.2 cut
  // off the footer that their header names.
  return readFiles(shard);
}

function checkHeader(shard: Buffer): void {
  if (shard.length < RECORD_BYTES || !SHARD_TAG.equals(shard.subarray(0, SHARD_TAG.length)))
    throw shardInvalid('it does not begin as a shard');
  const version = shard.readBigUInt64LE(SHARD_TAG.length);
  if (version !== SHARD_VERSION) throw shardInvalid(`its version is ${version}, not ${SHARD_VERSION}`);
  const footer = shard.readBigUInt64LE(SHARD_TAG.length + 8);
  if (footer !== 0n && footer !== BigInt(FOOTER_BYTES))
    throw shardInvalid(`its footer has ${footer} bytes, not ${FOOTER_BYTES} or none`);
}

/** Goes along the records, never beyond the end. */
class Records {
  readonly bytes: Buffer;
  /** The byte at which the next record begins. */
  at: number;

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Goes past so many records. Returns where the first begins. */
  take(count: number): number {
    const at = this.at;
    // A count from the wire may be any number of 32 bits: it is held against what is there before anything is done.
    if (count * RECORD_BYTES > this.bytes.length - at)
      throw shardInvalid(`at byte ${at} there should be ${count} more records, but it ends before`);
    this.at += count * RECORD_BYTES;
    return at;
  }

  isSectionEnd(at: number): boolean {
    return this.bytes[at] === 0xff && SECTION_END.equals(this.bytes.subarray(at, at + RECORD_BYTES));
  }
}

/** Where the records of one file stand. */
interface FileRecords {
  readonly at: number;
  readonly terms: number;
  readonly described: boolean;
}

/** The files up to the end of their section. */
function* walkFiles(records: Records): Generator<FileRecords> {
  for (;;) {
    const at = records.take(1);
    if (records.isSectionEnd(at)) return;
    const flags = records.bytes.readUInt32LE(at + NUMBERS);
    const terms = records.bytes.readUInt32LE(at + NUMBERS + 4);
    const described = flags === FILE_FLAG.verification + FILE_FLAG.metadata;
    if (flags < FILE_FLAG.verification)
      // Without it, whoever saw the name of a xorb could claim its chunks.
      throw shardInvalid(`the file at byte ${at} comes without verification entries`);
    if (!described && flags !== FILE_FLAG.verification)
      throw shardInvalid(`the file at byte ${at} has the unknown flags 0x${flags.toString(16)}`);
    records.take(2 * terms + (described ? 1 : 0));
    yield { at, terms, described };
  }
}

function checkFiles(records: Records, limits: ShardLimits): void {
  let [files, terms] = [0, 0];
  for (const file of walkFiles(records)) {
    files += 1;
    terms += file.terms;
    if (files > limits.files) throw shardInvalid(`it has more than ${limits.files} files`);
    if (terms > limits.terms) throw shardInvalid(`its files have more than ${limits.terms} terms`);
    for (let term = 1; term <= file.terms; term += 1) checkTerm(records.bytes, file.at + term * RECORD_BYTES);
  }
}

function checkTerm(bytes: Buffer, at: number): void {
  const flags = bytes.readUInt32LE(at + NUMBERS);
  const rawLength = bytes.readUInt32LE(at + NUMBERS + 4);
  const start = bytes.readUInt32LE(at + NUMBERS + 8);
  const end = bytes.readUInt32LE(at + NUMBERS + 12);
  if (flags !== 0) throw shardInvalid(`the term at byte ${at} has the unknown flags 0x${flags.toString(16)}`);
  if (start >= end || end > XORB_LIMITS.chunks)
    throw shardInvalid(`the term at byte ${at} claims the chunks ${start} to ${end}`);
  const chunks = end - start;
  if (rawLength < chunks || rawLength > chunks * MOST_CHUNK_RAW)
    throw shardInvalid(`the term at byte ${at} claims ${rawLength} bytes in ${chunks} chunks`);
}

/** Goes past the section that describes new xorbs. What it says is known from the xorbs themselves. */
function walkXorbs(records: Records): void {
  for (;;) {
    const at = records.take(1);
    if (records.isSectionEnd(at)) return;
    const chunks = records.bytes.readUInt32LE(at + NUMBERS + 4);
    if (chunks > XORB_LIMITS.chunks) throw shardInvalid(`the xorb at byte ${at} claims ${chunks} chunks`);
    records.take(chunks);
  }
}

function* readFiles(shard: Buffer): Generator<ShardFile> {
  for (const { at, terms, described } of walkFiles(new Records(shard, RECORD_BYTES))) {
    const first = at + RECORD_BYTES;
    yield {
      hash: hashAt(shard, at),
      terms: new ShardTerms(shard, first, terms),
      // Stored in the order of the other hashes, so that their text is the usual one.
      sha256: described ? parseSha256(hashAt(shard, first + 2 * terms * RECORD_BYTES)) : undefined,
    };
  }
}

function hashAt(bytes: Buffer, at: number): XetHash {
  return xetHashOf(bytes.subarray(at, at + HASH_BYTES));
}
