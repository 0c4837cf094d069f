// Keyed BLAKE3, the one hash function of Xet, and its keys. The only file that reaches the native package.
import { Blake3Hasher } from '@napi-rs/blake-hash';

/** Bytes of a key, and of a hash. */
export const HASH_BYTES = 32;

/** The key under which the bytes of a chunk are hashed. */
export const CHUNK_KEY: Uint8Array = Uint8Array.of(
  ...[102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28],
  ...[157, 228, 33, 16, 155, 235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41],
);
/** The key under which the children of a node of the Merkle tree are hashed. */
export const NODE_KEY: Uint8Array = Uint8Array.of(
  ...[1, 126, 197, 199, 165, 71, 41, 150, 253, 148, 102, 102, 180, 138, 2, 230],
  ...[93, 221, 83, 111, 55, 199, 109, 210, 248, 99, 82, 230, 74, 83, 113, 63],
);
/** The key under which the chunk hashes of a term are hashed, to show that whoever names the term knows them. */
export const VERIFICATION_KEY: Uint8Array = Uint8Array.of(
  ...[127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243],
  ...[164, 205, 38, 213, 181, 219, 73, 230, 65, 36, 152, 127, 40, 251, 148, 195],
);

/** BLAKE3 under one key, for many inputs: making a native hasher costs more than hashing a short input. */
export class KeyedBlake3 {
  readonly #hasher: Blake3Hasher;

  constructor(key: Uint8Array) {
    this.#hasher = Blake3Hasher.newKeyed(Buffer.from(key));
  }

  /** The 32 bytes of the hash. Nothing of one input is left for the next. */
  digest(bytes: Uint8Array): Buffer {
    this.#hasher.reset();
    this.#hasher.update(bytes);
    return this.#hasher.digestBuffer();
  }
}
