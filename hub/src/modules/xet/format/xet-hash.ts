// The hashes of Xet. As text a hash is four little-endian numbers of 64 bits, each printed as 16 digits: the bytes of
// each group of eight are reversed.
import { CHUNK_KEY, HASH_BYTES, KeyedBlake3, VERIFICATION_KEY } from './blake3.ts';

declare const brand: unique symbol;
/** 64 lower-case hex digits, in the order of Xet. */
export type XetHash = string & { readonly [brand]: 'XetHash' };

const XET_HASH = /^[0-9a-f]{64}$/;
const chunkHasher = new KeyedBlake3(CHUNK_KEY);
const verificationHasher = new KeyedBlake3(VERIFICATION_KEY);

/** The text as a hash, or `undefined` when it is not one. */
export function parseXetHash(text: string): XetHash | undefined {
  return XET_HASH.test(text) ? (text as XetHash) : undefined;
}

/** The text of 32 bytes. */
export function xetHashOf(bytes: Uint8Array): XetHash {
  if (bytes.length !== HASH_BYTES) throw new RangeError(`a hash has 32 bytes, not ${bytes.length}`);
  return Buffer.from(bytes).swap64().toString('hex') as XetHash;
}

/** The 32 bytes of a hash, as they stand in xorbs and shards. */
export function xetHashBytes(hash: XetHash): Buffer {
  return Buffer.from(hash, 'hex').swap64();
}

/** The hash of a chunk, from its bytes as they are in the file. */
export function chunkHash(raw: Uint8Array): Buffer {
  return chunkHasher.digest(raw);
}

/** What a shard must give for a term, from the hashes of its chunks, one after the other. */
export function verificationHash(chunkHashes: Uint8Array): Buffer {
  return verificationHasher.digest(chunkHashes);
}
