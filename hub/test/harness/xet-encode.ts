// Writes xorbs and shards as clients do, from chunks chosen by the test. Every piece can be had alone, so that a test
// can put together what no honest client would send.
import { type Sha256 } from '@holdfast/kernel/digest';
import { compressFrameSync } from 'lz4-napi';
import { regroup } from '../../src/modules/xet/format/bg4.ts';
import { fileHashOf, MerkleTree } from '../../src/modules/xet/format/merkle.ts';
import {
  chunkHash,
  verificationHash,
  xetHashBytes,
  xetHashOf,
  type XetHash,
} from '../../src/modules/xet/format/xet-hash.ts';

/** How a chunk is packed; the numbers stand in its header. */
export const PACKING = { none: 0, lz4: 1, bg4: 2 } as const;
/** One of the ways. */
export type Packing = keyof typeof PACKING;

/** A xorb that a test made, and what went into it. */
export interface TestXorb {
  readonly hash: XetHash;
  /** The serialized xorb without footer. */
  readonly bytes: Buffer;
  readonly chunks: readonly Uint8Array[];
  readonly hashes: readonly Buffer[];
  /** Where each chunk ends in `bytes`. */
  readonly ends: readonly number[];
}

/** Chunks `start` up to, but without, `end` of a xorb. */
export interface TestTerm {
  readonly xorb: TestXorb;
  readonly start: number;
  readonly end: number;
}

/** A file as a shard describes it; any field can be replaced by a lie. */
export interface TestFile {
  readonly hash: XetHash;
  readonly terms: readonly {
    readonly xorb: XetHash;
    readonly rawLength: number;
    readonly start: number;
    readonly end: number;
    readonly verification: Buffer;
  }[];
  readonly sha256?: Sha256;
}

/** What goes into a shard. */
export interface TestShard {
  readonly files: readonly TestFile[];
  readonly xorbs?: readonly TestXorb[];
  /** Whether 200 bytes of footer follow, as older clients and the one for JavaScript send them. */
  readonly footer?: boolean;
}

const RECORD = 48;
const FOOTER = 200;
const ENDS_SECTION = Buffer.concat([Buffer.alloc(32, 0xff), Buffer.alloc(16)]);
const SHARD_TAG = Buffer.concat([
  Buffer.from('HFRepoMetaData\0', 'latin1'),
  Buffer.from([85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169]),
]);

/** A header and the packed bytes. The header says what it is told. */
export function encodeChunk(raw: Uint8Array, packing: Packing, claims: { rawLength?: number } = {}): Buffer {
  const packed = packChunk(raw, packing);
  const header = Buffer.alloc(8);
  header.writeUIntLE(packed.length, 1, 3);
  header.writeUInt8(PACKING[packing], 4);
  header.writeUIntLE(claims.rawLength ?? raw.length, 5, 3);
  return Buffer.concat([header, packed]);
}

function packChunk(raw: Uint8Array, packing: Packing): Uint8Array {
  if (packing === 'none') return raw;
  return compressFrameSync(Buffer.from(packing === 'lz4' ? raw : regroup(raw)));
}

/** A xorb of chunks, all packed alike or each as `packing` says. */
export function encodeXorb(
  chunks: readonly Uint8Array[],
  packing: Packing | ((chunk: number) => Packing) = 'none',
): TestXorb {
  const tree = new MerkleTree();
  const hashes = chunks.map((raw) => chunkHash(raw));
  for (const [chunk, hash] of hashes.entries()) tree.add(hash, chunks[chunk]?.length ?? 0);
  const encoded = chunks.map((raw, chunk) =>
    encodeChunk(raw, typeof packing === 'string' ? packing : packing(chunk)),
  );
  let end = 0;
  const ends = encoded.map((bytes) => (end += bytes.length));
  return { hash: xetHashOf(tree.root()), bytes: Buffer.concat(encoded), chunks, hashes, ends };
}

/** The footer that older clients send after a xorb. */
export function encodeXorbFooter({ hash, chunks, hashes, ends }: TestXorb): Buffer {
  const count = u32(chunks.length);
  let raw = 0;
  const rawEnds = chunks.map(({ length }) => (raw += length));
  const hashSection = Buffer.concat([Buffer.from('XBLBHSH\0', 'latin1'), count, ...hashes]);
  const boundaries = Buffer.concat([
    Buffer.from('XBLBBND\u0001', 'latin1'),
    count,
    ...[...ends, ...rawEnds].map(u32),
  ]);
  const tail = 28;
  const distances = [tail + boundaries.length + hashSection.length, tail + boundaries.length].map(u32);
  const footer = Buffer.concat([
    Buffer.from('XETBLOB\u0001', 'latin1'),
    xetHashBytes(hash),
    hashSection,
    boundaries,
    count,
    ...distances,
    Buffer.alloc(16),
  ]);
  return Buffer.concat([footer, u32(footer.length)]);
}

/** A file of terms, with the hashes that an honest client would give. */
export function describeFile(terms: readonly TestTerm[], sha256?: Sha256): TestFile {
  const tree = new MerkleTree();
  for (const { xorb, start, end } of terms)
    for (let chunk = start; chunk < end; chunk += 1)
      tree.add(xorb.hashes[chunk] ?? Buffer.alloc(32), xorb.chunks[chunk]?.length ?? 0);
  return {
    hash: xetHashOf(fileHashOf(tree.root())),
    terms: terms.map(({ xorb, start, end }) => ({
      xorb: xorb.hash,
      rawLength: xorb.chunks.slice(start, end).reduce((sum, { length }) => sum + length, 0),
      start,
      end,
      verification: verificationHash(Buffer.concat(xorb.hashes.slice(start, end))),
    })),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

/** The bytes that the terms stand for. */
export function contentOf(terms: readonly TestTerm[]): Buffer {
  return Buffer.concat(terms.flatMap(({ xorb, start, end }) => xorb.chunks.slice(start, end)));
}

/** A shard for upload. */
export function encodeShard({ files, xorbs = [], footer = false }: TestShard): Buffer {
  const sections = [...files.map(encodeFile), ENDS_SECTION, ...xorbs.map(encodeXorbRecords), ENDS_SECTION];
  return Buffer.concat([
    SHARD_TAG,
    u64(2),
    u64(footer ? FOOTER : 0),
    ...sections,
    ...(footer ? [Buffer.alloc(FOOTER, 1)] : []),
  ]);
}

/** The records of one file in a shard. */
export function encodeFile({ hash, terms, sha256 }: TestFile): Buffer {
  const flags = 0x8000_0000 + (sha256 === undefined ? 0 : 0x4000_0000);
  return Buffer.concat([
    record(xetHashBytes(hash), flags, terms.length),
    ...terms.map((term) => record(xetHashBytes(term.xorb), 0, term.rawLength, term.start, term.end)),
    ...terms.map((term) => record(term.verification)),
    // The digest stands in the order of the other hashes.
    ...(sha256 === undefined ? [] : [record(xetHashBytes(sha256 as string as XetHash))]),
  ]);
}

/** The records of one xorb in a shard. */
export function encodeXorbRecords({ hash, chunks, hashes }: TestXorb): Buffer {
  let start = 0;
  const rows = chunks.map(({ length }, chunk) => {
    const row = record(hashes[chunk] ?? Buffer.alloc(32), start, length, 0, 0);
    start += length;
    return row;
  });
  return Buffer.concat([record(xetHashBytes(hash), 0, chunks.length, start, 0), ...rows]);
}

function record(hash: Uint8Array, ...words: readonly number[]): Buffer {
  const bytes = Buffer.alloc(RECORD);
  bytes.set(hash);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, 32 + index * 4);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
