// The hashes of RFC 6962's tree. Leaves and nodes have prefixes of their own, so that neither can pass for the other.
import { hash } from 'node:crypto';

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** The root of a tree without leaves. */
export const EMPTY_ROOT: Buffer = sha256(Buffer.alloc(0));

/** SHA-256 of some bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/** The hash of a leaf with this content. */
export function leafHash(content: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + content.length);
  input[0] = 0;
  input.set(content, 1);
  return sha256(input);
}

/** The hash of the node above two others. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** The node above a whole subtree's hashes, whose number is a power of two. */
export function perfectRoot(hashes: readonly Buffer[]): Buffer {
  let row = hashes;
  while (row.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < row.length; at += 2) above.push(nodeHash(nth(row, at), nth(row, at + 1)));
    row = above;
  }
  return nth(row, 0);
}

/** The hash at a place of a list that has it. Throws a `RangeError` otherwise. */
export function nth(hashes: readonly Buffer[], at: number): Buffer {
  const found = hashes[at];
  if (found === undefined) throw new RangeError(`there is no hash ${String(at)}`);
  return found;
}
