// One round: takes what is visible and not yet ordered, and puts it into the tree and the map of heads.
import { type Tx } from '@holdfast/platform/postgres/database';
import { chainKey, chainsOf, extend, NO_ENTRIES } from './heads/chain.ts';
import { BUCKET_DEPTH, bucketOf, MIDDLE_DEPTH, type Placed, type UpperTree } from './heads/top.ts';
import { subtreeOf, type MapLeaf } from './heads/trie.ts';
import { leafOf, type LedgerRow } from './leaf.ts';
import { type Flaw, Lanes, orderRows } from './order.ts';
import { OrderWriter, type ChainHead } from './order-store.ts';
import { type TreeEdge } from './tree/tiles.ts';

/** The tree in memory moved away from the one in the database, or the other way round. */
export class TreeMoved extends Error {
  override readonly name = 'TreeMoved';
}

/** What a round did. Holds once its transaction has committed. */
export interface Taken {
  readonly edge: TreeEdge;
  readonly buckets: readonly Placed[];
  readonly flaws: readonly Flaw[];
}

/** Takes what waits; `undefined` when nothing does. Throws `TreeMoved` when the database has another tree than expected. */
export async function takeWaiting(
  tx: Tx,
  before: { readonly edge: TreeEdge; readonly top: UpperTree },
): Promise<Taken | undefined> {
  const writer = new OrderWriter(tx);
  const tree = await writer.lockTree();
  const { edge, top } = before;
  if (tree.size !== edge.size || !tree.root.equals(edge.root()) || !tree.heads.equals(top.root()))
    throw new TreeMoved(
      `the database has a tree of ${String(tree.size)}, and ${String(edge.size)} were expected`,
    );
  const rows = orderRows(await writer.listWaiting());
  if (rows.length === 0) return undefined;
  const lanes = new Lanes(await writer.listOrderedLanes());
  for (const row of rows) lanes.follow(row);
  const { edge: after, tiles } = edge.append(rows.map(leafOf));
  const buckets = await moveHeads(writer, rows);
  await writer.putMiddle(top.changedAt(MIDDLE_DEPTH, buckets));
  await writer.putLeaves(edge.size, rows);
  await writer.putTiles(tiles);
  await writer.putLanes(lanes.ends());
  await writer.putTree({ size: after.size, root: after.root(), heads: top.rootWith(buckets) });
  return { edge: after, buckets, flaws: lanes.flaws };
}

async function moveHeads(writer: OrderWriter, rows: readonly LedgerRow[]): Promise<Placed[]> {
  const heads = await writer.listHeads(rows.flatMap(chainsOf));
  for (const row of rows)
    for (const chain of chainsOf(row)) {
      const key = chainKey(chain);
      const head = heads.get(key.toString('hex')) ?? { chain, key, ...NO_ENTRIES };
      heads.set(key.toString('hex'), { chain, key, ...extend(head, row) });
    }
  const moved = [...heads.values()];
  await writer.putHeads(moved);
  const changed = await changedBuckets(writer, moved);
  await writer.putBuckets(changed);
  return changed;
}

async function changedBuckets(writer: OrderWriter, moved: readonly ChainHead[]): Promise<Placed[]> {
  const numbers = [...new Set(moved.map(({ key }) => bucketOf(key)))];
  const leaves: Map<number, MapLeaf[]> = await writer.listBuckets(numbers);
  return [...leaves].map(([bucket, within]) => ({ place: bucket, subtree: subtreeOf(within, BUCKET_DEPTH) }));
}
