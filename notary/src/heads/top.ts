// The upper levels of the map of heads: 65,536 buckets and what is above them. What lies in a bucket is computed from its
// rows when one of them changes, so that a hub of any size needs the same few megabytes.
import { HASH_BYTES } from '../tree/hash.ts';
import { bitOf, join, NOTHING, type MapLeaf, type MapProof, proofWithin, type Subtree } from './trie.ts';

/** Depth at which buckets begin. */
export const BUCKET_DEPTH = 16;
/** Depth of the nodes that a proof begins to read at. */
export const MIDDLE_DEPTH = 8;

/** The bucket of a key. */
export function bucketOf(key: Buffer): number {
  return key.readUInt16BE(0);
}

/** A subtree at the lowest level of an `UpperTree`, by its place there. */
export interface Placed {
  readonly place: number;
  readonly subtree: Subtree;
}

/** Whole levels of the map, down to a depth. Nodes are numbered as in a heap: 1 is the root, 2n and 2n+1 are below n. */
export class UpperTree {
  readonly #depth: number;
  readonly #hashes: Buffer;
  /** 0, 1, or 2 for more: it only matters whether there is one. */
  readonly #counts: Uint8Array;
  /** What was computed last: a round asks for the same nodes three times, and they are most of its work. */
  #computed:
    { readonly changed: readonly Placed[]; readonly nodes: ReadonlyMap<number, Subtree> } | undefined;

  constructor(depth: number) {
    this.#depth = depth;
    this.#hashes = Buffer.alloc(2 * 2 ** depth * HASH_BYTES);
    this.#counts = new Uint8Array(2 * 2 ** depth);
  }

  /** The root. */
  root(): Buffer {
    return this.#at(1).hash;
  }

  /** Whether these are what is there: their hashes stand for all that is below and above them. */
  holds(subtrees: readonly Placed[]): boolean {
    return subtrees.every(({ place, subtree }) => {
      const { count, hash } = this.#at(2 ** this.#depth + place);
      return Math.min(count, 2) === Math.min(subtree.count, 2) && hash.equals(subtree.hash);
    });
  }

  /** The root as it would be with these, which are not taken over yet. */
  rootWith(changed: readonly Placed[]): Buffer {
    return (this.#above(changed).get(1) ?? this.#at(1)).hash;
  }

  /** The nodes at a depth that these change. */
  changedAt(depth: number, changed: readonly Placed[]): Placed[] {
    const first = 2 ** depth;
    const nodes = [...this.#above(changed)].filter(([node]) => node >= first && node < 2 * first);
    return nodes.map(([node, subtree]) => ({ place: node - first, subtree }));
  }

  /** All nodes at a depth. */
  nodesAt(depth: number): Placed[] {
    const first = 2 ** depth;
    return Array.from({ length: first }, (_, place) => ({ place, subtree: this.#at(first + place) }));
  }

  /** Takes them over. */
  set(changed: readonly Placed[]): void {
    for (const [node, { count, hash }] of this.#above(changed)) {
      this.#counts[node] = Math.min(count, 2);
      this.#hashes.set(hash, node * HASH_BYTES);
    }
    this.#computed = undefined;
  }

  /**
   * What lies beside the way that these bits go, from the root down, and the place where it ends. Where a subtree on the way
   * is one leaf, the way ends there, at that leaf's place; at no place when there is nothing.
   */
  follow(bits: Uint8Array): { readonly beside: readonly Buffer[]; readonly place: number | undefined } {
    const beside: Buffer[] = [];
    let node = 1;
    while (beside.length < this.#depth && this.#at(node).count > 1) {
      const way = 2 * node + bitOf(bits, beside.length);
      beside.push(Buffer.from(this.#at(way ^ 1).hash));
      node = way;
    }
    if (this.#at(node).count === 0) return { beside, place: undefined };
    while (node < 2 ** this.#depth) node = this.#at(2 * node).count > 0 ? 2 * node : 2 * node + 1;
    return { beside, place: node - 2 ** this.#depth };
  }

  #above(changed: readonly Placed[]): ReadonlyMap<number, Subtree> {
    if (this.#computed?.changed === changed) return this.#computed.nodes;
    const nodes = new Map(changed.map(({ place, subtree }) => [2 ** this.#depth + place, subtree]));
    let row = [...nodes.keys()];
    while (row.length > 0 && row[0] !== 1) {
      row = [...new Set(row.map((node) => node >> 1))];
      const get = (node: number): Subtree => nodes.get(node) ?? this.#at(node);
      for (const node of row) nodes.set(node, join(get(2 * node), get(2 * node + 1)));
    }
    this.#computed = { changed, nodes };
    return nodes;
  }

  #at(node: number): Subtree {
    const count = this.#counts[node] ?? 0;
    return count === 0
      ? NOTHING
      : { count, hash: this.#hashes.subarray(node * HASH_BYTES, (node + 1) * HASH_BYTES) };
  }
}

/** Reads parts of the map. */
export interface MapReader {
  /** All nodes at `MIDDLE_DEPTH` that are not empty. */
  listMiddle(): Promise<readonly Placed[]>;
  /** Buckets below one of them, by their last eight bits. */
  listBelow(middle: number): Promise<readonly Placed[]>;
  /** What is in a bucket, sorted by key. */
  listBucket(bucket: number): Promise<readonly MapLeaf[]>;
}

/** The way to a key, read from half its upper levels and then from the other half. */
export async function proofOf(key: Buffer, reader: MapReader): Promise<MapProof> {
  const upper = new UpperTree(MIDDLE_DEPTH);
  upper.set(await reader.listMiddle());
  const above = upper.follow(key);
  if (above.place === undefined) return { end: undefined, beside: above.beside };
  const lower = new UpperTree(BUCKET_DEPTH - MIDDLE_DEPTH);
  lower.set(await reader.listBelow(above.place));
  const below = lower.follow(key.subarray(MIDDLE_DEPTH / 8));
  const beside = [...above.beside, ...below.beside];
  if (below.place === undefined) return { end: undefined, beside };
  const leaves = await reader.listBucket(above.place * 2 ** (BUCKET_DEPTH - MIDDLE_DEPTH) + below.place);
  const within = proofWithin(leaves, key, beside.length);
  return { end: within.end, beside: [...beside, ...within.beside] };
}
