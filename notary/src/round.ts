// One round: takes what is visible and not yet ordered, and puts it into the tree and the map of heads.
import { type Tx } from '@holdfast/platform/postgres/database';
import { type Cut, isSameCut } from './cut.ts';
import { bucketsOf, extendHeads, linksOf, subtreesOf, type Buckets } from './heads/moves.ts';
import { MIDDLE_DEPTH, type Placed, type UpperTree } from './heads/top.ts';
import { leafOf, type LedgerRow } from './leaf.ts';
import { type Flaw, Lanes, orderRows } from './order.ts';
import { OrderWriter } from './order-store.ts';
import { type TreeEdge } from './tree/tiles.ts';

/** The tree in memory moved away from the one in the database, or the other way round. */
export class TreeMoved extends Error {
  override readonly name = 'TreeMoved';
}

/** Heads of chains in the database are not those that were signed. */
export class HeadsChanged extends Error {
  override readonly name = 'HeadsChanged';
}

/** What a round did. Holds once its transaction has committed. */
export interface Taken {
  readonly edge: TreeEdge;
  readonly buckets: readonly Placed[];
  readonly flaws: readonly Flaw[];
  /** Whether there was more than one round takes. */
  readonly leaves: boolean;
}

/**
 * Takes what waits; `undefined` when nothing does. Throws `TreeMoved` when the database has another tree than expected,
 * and `HeadsChanged` when it has others of the heads that go on.
 */
export async function takeWaiting(
  tx: Tx,
  before: { readonly edge: TreeEdge; readonly top: UpperTree; readonly cut: Cut },
): Promise<Taken | undefined> {
  const writer = new OrderWriter(tx);
  const tree = await writer.lockTree();
  const { edge, top } = before;
  if (tree.size !== edge.size || !tree.root.equals(edge.root()) || !tree.heads.equals(top.root()))
    throw new TreeMoved(
      `the database has a tree of ${String(tree.size)}, and ${String(edge.size)} were expected`,
    );
  if (!isSameCut(await writer.getCut(), before.cut)) throw new TreeMoved('the database has another cut');
  const { rows: waiting, leaves } = await writer.listWaiting();
  const rows = orderRows(waiting);
  if (rows.length === 0) return undefined;
  const lanes = new Lanes(await writer.listOrderedLanes());
  for (const row of rows) lanes.follow(row);
  const { edge: after, tiles } = edge.append(rows.map(leafOf));
  const buckets = await moveHeads(writer, top, rows);
  await writer.map.putMiddle(top.changedAt(MIDDLE_DEPTH, buckets));
  await writer.putLeaves(edge.size, rows);
  await writer.putTiles(tiles);
  await writer.putLanes(lanes.ends());
  await writer.putTree({ size: after.size, root: after.root(), heads: top.rootWith(buckets) });
  return { edge: after, buckets, flaws: lanes.flaws, leaves };
}

// oxlint-disable-next-line max-params -- where, what is continued, and what comes
async function moveHeads(writer: OrderWriter, top: UpperTree, rows: readonly LedgerRow[]): Promise<Placed[]> {
  const links = linksOf(rows);
  const before = await writer.map.listBuckets(bucketsOf(links));
  // Whoever rules the database may have set a head back or removed it, and would have it signed with what comes now.
  if (!isPartOf(before, top))
    throw new HeadsChanged('the database has other heads of chains than were signed');
  const { moved, after } = extendHeads(before, links);
  await writer.map.putHeads(moved);
  const changed = subtreesOf(after);
  await writer.map.putBuckets(changed);
  return changed;
}

/** Whether the heads that the next round continues are those of the map. */
export async function areHeadsWhole(tx: Tx, top: UpperTree): Promise<boolean> {
  const writer = new OrderWriter(tx);
  // Another notary of this database may have gone on since: then the round tells.
  if (!(await writer.lockTree()).heads.equals(top.root())) return true;
  return isPartOf(await writer.map.listBuckets(bucketsOf(linksOf((await writer.listWaiting()).rows))), top);
}

function isPartOf(buckets: Buckets, top: UpperTree): boolean {
  return top.holds(subtreesOf(buckets));
}
