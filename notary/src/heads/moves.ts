// What entries make of the heads in the buckets that they touch. Pure.
import { type LedgerRow } from '../leaf.ts';
import { chainKey, chainsOf, extend, NO_ENTRIES, type ChainName, type Head } from './chain.ts';
import { BUCKET_DEPTH, bucketOf, type Placed } from './top.ts';
import { subtreeOf, type MapLeaf } from './trie.ts';

/** A chain with its key and where it ends. */
export interface ChainHead extends Head {
  readonly chain: ChainName;
  readonly key: Buffer;
}

/** Heads by bucket, each bucket sorted by key. */
export type Buckets = ReadonlyMap<number, readonly MapLeaf[]>;

/** An entry in one of its chains. */
export interface Link {
  readonly row: Pick<LedgerRow, 'hash'>;
  readonly chain: ChainName;
  readonly key: Buffer;
}

/** The links that these entries add, entry by entry. */
export function linksOf(rows: readonly Pick<LedgerRow, 'subject' | 'credential' | 'hash'>[]): Link[] {
  return rows.flatMap((row) => chainsOf(row).map((chain) => ({ row, chain, key: chainKey(chain) })));
}

/** The buckets that these touch. */
export function bucketsOf(links: readonly Link[]): number[] {
  return [...new Set(links.map(({ key }) => bucketOf(key)))];
}

/** The heads that these move, and all heads of their buckets as they are then. */
export function extendHeads(
  before: Buckets,
  links: readonly Link[],
): { readonly moved: ChainHead[]; readonly after: Buckets } {
  const known = new Map([...before.values()].flat().map((leaf) => [leaf.key.toString('hex'), leaf]));
  const moved = new Map<string, ChainHead>();
  for (const { row, chain, key } of links) {
    const name = key.toString('hex');
    const head = moved.get(name) ?? known.get(name) ?? NO_ENTRIES;
    moved.set(name, { chain, key, ...extend(head, row) });
  }
  const heads = [...moved.values()];
  return { moved: heads, after: withHeads(before, heads) };
}

/** The buckets with these heads in place of those of the same keys; a head without entries is not there. */
export function withHeads(buckets: Buckets, heads: readonly MapLeaf[]): Buckets {
  const changed = new Map<number, Map<string, MapLeaf>>();
  for (const [bucket, leaves] of buckets)
    changed.set(bucket, new Map(leaves.map((leaf) => [leaf.key.toString('hex'), leaf])));
  for (const { key, n, digest } of heads) {
    const within = changed.get(bucketOf(key));
    if (n === 0) within?.delete(key.toString('hex'));
    else within?.set(key.toString('hex'), { key, n, digest });
  }
  return new Map(
    [...changed].map(([bucket, leaves]) => [
      bucket,
      [...leaves.values()].sort((a, b) => Buffer.compare(a.key, b.key)),
    ]),
  );
}

/** The subtrees of buckets. */
export function subtreesOf(buckets: Buckets): Placed[] {
  return [...buckets].map(([place, leaves]) => ({ place, subtree: subtreeOf(leaves, BUCKET_DEPTH) }));
}
