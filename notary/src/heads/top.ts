// The upper sixteen levels of the map of heads, in memory: 65,536 buckets and what is above them. What lies in a bucket
// is computed from its rows when one of them changes, so that a hub of any size needs the same few megabytes.
import { HASH_BYTES } from '../tree/hash.ts';
import { bitOf, join, type Subtree } from './trie.ts';

/** Depth at which buckets begin. */
export const BUCKET_DEPTH = 16;
/** How many there are. */
export const BUCKETS: number = 2 ** BUCKET_DEPTH;

/** The bucket of a key. */
export function bucketOf(key: Buffer): number {
  return key.readUInt16BE(0);
}

/** A bucket whose content changed. */
export interface ChangedBucket {
  readonly bucket: number;
  readonly subtree: Subtree;
}

/** The upper levels. Nodes are numbered as in a heap: 1 is the root, 2n and 2n+1 are below n. */
export class HeadsTop {
  readonly #hashes = Buffer.alloc(2 * BUCKETS * HASH_BYTES);
  /** 0, 1, or 2 for more: it only matters whether there is one. */
  readonly #counts = new Uint8Array(2 * BUCKETS);

  /** The root of the map. */
  root(): Buffer {
    return this.#at(1).hash;
  }

  /** The root as it would be with these buckets, which are not taken over yet. */
  rootWith(changed: readonly ChangedBucket[]): Buffer {
    return (this.#above(changed).get(1) ?? this.#at(1)).hash;
  }

  /** Takes the buckets over. */
  set(changed: readonly ChangedBucket[]): void {
    for (const [node, { count, hash }] of this.#above(changed)) {
      this.#counts[node] = Math.min(count, 2);
      this.#hashes.set(hash, node * HASH_BYTES);
    }
  }

  /** What lies beside the way to a key, from the root down to its bucket; where a subtree is one leaf it ends before. */
  beside(key: Buffer): { readonly beside: readonly Buffer[]; readonly isSingle: boolean } {
    const beside: Buffer[] = [];
    let node = 1;
    for (let depth = 0; depth < BUCKET_DEPTH; depth += 1) {
      if (this.#at(node).count <= 1) return { beside, isSingle: true };
      const way = 2 * node + bitOf(key, depth);
      beside.push(Buffer.from(this.#at(way ^ 1).hash));
      node = way;
    }
    return { beside, isSingle: false };
  }

  /** The bucket that holds the one leaf of a subtree on the way to a key; `undefined` when it is empty. */
  singleBelow(key: Buffer, depth: number): number | undefined {
    let node = 1;
    for (let at = 0; at < depth; at += 1) node = 2 * node + bitOf(key, at);
    if (this.#at(node).count === 0) return undefined;
    while (node < BUCKETS) node = this.#at(2 * node).count > 0 ? 2 * node : 2 * node + 1;
    return node - BUCKETS;
  }

  #above(changed: readonly ChangedBucket[]): Map<number, Subtree> {
    const nodes = new Map<number, Subtree>(changed.map(({ bucket, subtree }) => [BUCKETS + bucket, subtree]));
    let row = [...nodes.keys()];
    while (row.length > 0 && row[0] !== 1) {
      row = [...new Set(row.map((node) => node >> 1))];
      const get = (node: number): Subtree => nodes.get(node) ?? this.#at(node);
      for (const node of row) nodes.set(node, join(get(2 * node), get(2 * node + 1)));
    }
    return nodes;
  }

  #at(node: number): Subtree {
    const hash = this.#hashes.subarray(node * HASH_BYTES, (node + 1) * HASH_BYTES);
    return { count: this.#counts[node] ?? 0, hash };
  }
}
