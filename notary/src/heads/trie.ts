// The map from chains to heads, as a Merkle tree that is sorted by key: at each depth the next bit of the key decides
// between left and right, and a subtree with one leaf is that leaf. Its root depends on what is in it alone, not on the
// order in which it came; where a key is not, the way to it ends at nothing or at another key.
import { HASH_BYTES, sha256 } from '../tree/hash.ts';
import { type Head } from './chain.ts';

/** One key with its head. */
export interface MapLeaf extends Head {
  readonly key: Buffer;
}

/** A subtree: how many keys are in it (beyond one it does not matter), and its hash. */
export interface Subtree {
  readonly count: number;
  readonly hash: Buffer;
}

/** The subtree without keys. */
export const NOTHING: Subtree = { count: 0, hash: Buffer.alloc(HASH_BYTES) };

const LEAF = 0x02;
const NODE = 0x03;

/** The subtree of one key. The prefixes are other ones than those of the ledger's tree. */
export function leafTree({ key, n, digest }: MapLeaf): Subtree {
  const input = Buffer.alloc(1 + HASH_BYTES + 8 + HASH_BYTES);
  input[0] = LEAF;
  input.set(key, 1);
  input.writeBigUInt64BE(BigInt(n), 1 + HASH_BYTES);
  input.set(digest, 1 + HASH_BYTES + 8);
  return { count: 1, hash: sha256(input) };
}

/** The subtree above two others. */
export function join(left: Subtree, right: Subtree): Subtree {
  const count = left.count + right.count;
  if (count === 0) return NOTHING;
  if (count === 1) return left.count === 1 ? left : right;
  return { count, hash: nodeAbove(left.hash, right.hash) };
}

function nodeAbove(left: Uint8Array, right: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  input[0] = NODE;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return sha256(input);
}

/** The bit of a key at a depth. */
export function bitOf(key: Uint8Array, depth: number): 0 | 1 {
  return ((key[depth >> 3] ?? 0) & (0x80 >> (depth & 7))) === 0 ? 0 : 1;
}

/** The subtree at a depth of these leaves, which are sorted by key and agree in all bits above it. */
export function subtreeOf(leaves: readonly MapLeaf[], depth: number): Subtree {
  const [only] = leaves;
  if (only === undefined) return NOTHING;
  if (leaves.length === 1) return leafTree(only);
  const [left, right] = divide(leaves, depth);
  return join(subtreeOf(left, depth + 1), subtreeOf(right, depth + 1));
}

function divide(leaves: readonly MapLeaf[], depth: number): [readonly MapLeaf[], readonly MapLeaf[]] {
  const at = leaves.findIndex(({ key }) => bitOf(key, depth) === 1);
  return at === -1 ? [leaves, []] : [leaves.slice(0, at), leaves.slice(at)];
}

/** What the map says of a key: where the way to it ends, and what lies beside the way, from the root down. */
export interface MapProof {
  readonly end: MapLeaf | undefined;
  readonly beside: readonly Buffer[];
}

/** The part of a proof below a depth: the way to a key within these leaves. */
export function proofWithin(leaves: readonly MapLeaf[], key: Buffer, depth: number): MapProof {
  if (leaves.length <= 1) return { end: leaves[0], beside: [] };
  const [left, right] = divide(leaves, depth);
  const [way, beside] = bitOf(key, depth) === 0 ? [left, right] : [right, left];
  const below = proofWithin(way, key, depth + 1);
  return { end: below.end, beside: [subtreeOf(beside, depth + 1).hash, ...below.beside] };
}

/**
 * The root that a proof leads to; `undefined` when the leaf at its end does not lie on the way to the key. The key is in
 * the map when the leaf at the end has it, and is not when there is another leaf or none.
 */
export function rootOfMapProof(key: Buffer, { end, beside }: MapProof): Buffer | undefined {
  if (beside.length > HASH_BYTES * 8) return undefined;
  if (end !== undefined && beside.some((_, depth) => bitOf(end.key, depth) !== bitOf(key, depth)))
    return undefined;
  const last = end === undefined ? NOTHING : leafTree(end);
  return beside.reduceRight(
    (below, other, depth) => (bitOf(key, depth) === 0 ? nodeAbove(below, other) : nodeAbove(other, below)),
    last.hash,
  );
}
