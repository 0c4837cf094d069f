// The records of a shard: after the header, everything comes in records of 48 bytes, which begin with a hash.
import { MiB } from '@holdfast/kernel/size';
import { HASH_BYTES } from './blake3.ts';

/** Bytes of the header, and of each record. */
export const RECORD_BYTES = 48;
/** Bytes of the footer, where there is one. */
export const FOOTER_BYTES = 200;
/** The most bytes of a shard; clients begin another one before. */
export const MOST_SHARD = 64 * MiB;
/** The version that the header names. */
export const SHARD_VERSION = 2n;
/** Where the numbers of a record begin, behind its hash. */
export const NUMBERS = HASH_BYTES;

/** The first 32 bytes of every shard. */
export const SHARD_TAG: Buffer = Buffer.concat([
  Buffer.from('HFRepoMetaData\0', 'latin1'),
  Buffer.from([85, 105, 103, 69, 106, 123, 129, 87, 131, 165, 189, 217, 92, 205, 209, 74, 169]),
]);

/** The record that ends a section. */
export const SECTION_END: Buffer = Buffer.concat([
  Buffer.alloc(HASH_BYTES, 0xff),
  Buffer.alloc(RECORD_BYTES - HASH_BYTES),
]);

/** What follows the header of a file; other bits are unknown. */
export const FILE_FLAG = { verification: 0x8000_0000, metadata: 0x4000_0000 } as const;
