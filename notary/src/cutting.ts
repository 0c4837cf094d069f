// Cuts the oldest entries off, where the operator decided for how long entries are kept. Only what is exactly what was
// signed is cut: what was tampered with stays, because it is evidence. How old it is, is told by what is signed alone: columns
// of the database are as whoever rules it wants them.
import { hashEntry } from '@holdfast/kernel/ledger-entry';
import { type Tx } from '@holdfast/platform/postgres/database';
import { openCheckpoint } from './checkpoint.ts';
import { digestLanes, isSameCut, type Cut } from './cut.ts';
import { CutWriter } from './cut-store.ts';
import { bucketsOf, extendHeads, linksOf, subtreesOf, type ChainHead } from './heads/moves.ts';
import { MIDDLE_DEPTH, type Placed, type UpperTree } from './heads/top.ts';
import { leafOf, type LedgerRow } from './leaf.ts';
import { type NoteVerifier } from './note.ts';
import { type LaneEnd } from './order.ts';
import { type TreeEdge } from './tree/tiles.ts';

/** Entries that are read at once. */
const PAGE = 1_000;
/** Entries that are cut off in one transaction, unless one minute had more. */
const AT_ONCE = 50_000;
const MINUTE_MS = 60_000;

/** The oldest entries are not what was signed. */
export class CutRefused extends Error {
  override readonly name = 'CutRefused';
}

/** What is to be cut. */
export interface CutWish {
  /** What is cut already. */
  readonly cut: Cut;
  /** Milliseconds since 1970: only what was signed before. */
  readonly before: number;
  /** No entry from then on, whatever was signed over it. */
  readonly young: number;
  readonly verifier: NoteVerifier;
  /** Called with the new cut before it holds. */
  readonly announce: (cut: Cut) => Promise<void>;
}

/**
 * Cuts off what is old, up to some number; `undefined` when nothing is. The cut holds once the transaction has committed.
 * Throws `CutRefused`.
 */
export async function cutOff(tx: Tx, wish: CutWish): Promise<Cut | undefined> {
  const writer = new CutWriter(tx);
  await writer.lockTree();
  // Another notary of this database was faster: the next round tells what it made of it.
  if (!isSameCut(await writer.getCut(), wish.cut)) return undefined;
  const from = wish.cut.size;
  const minute = Math.floor(wish.before / MINUTE_MS);
  const found = await writer.findCheckpointToCut({ from, minute, limit: AT_ONCE });
  if (found === undefined) return undefined;
  const signed = openCheckpoint(found.note, wish.verifier);
  if (signed?.size !== found.size) throw new CutRefused('a checkpoint is not signed by the key');
  // By the minute that the database has for it, it was found: a young one could stand there as an old one.
  if (!(Date.parse(signed.time) < wish.before))
    throw new CutRefused(`a checkpoint of ${signed.time} stands among those that are to be cut off`);
  const folded = await fold(writer, { from, to: signed.size, young: wish.young });
  if (!folded.edge.root().equals(signed.root))
    throw new CutRefused('the oldest entries are not those that were signed');
  if (!folded.top.root().equals(signed.heads))
    throw new CutRefused('the oldest entries give other heads of chains than were signed');
  const cut = { size: signed.size, lanes: digestLanes(folded.lanes) };
  await wish.announce(cut);
  await writer.putCut({ ...cut, note: found.note }, folded.lanes);
  await writer.deleteBelow({ from, to: cut.size });
  return cut;
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly young: number;
}

interface Folded {
  readonly edge: TreeEdge;
  readonly top: UpperTree;
  readonly lanes: readonly LaneEnd[];
}

// Takes entries into the map at the cut and the ends of lanes there, which is what remains of them.
async function fold(writer: CutWriter, part: Part): Promise<Folded> {
  let edge = await writer.openEdge(part.from);
  const top = await writer.cutMap.openTop();
  const lanes = new Map((await writer.listCutLanes()).map((end) => [laneName(end), end]));
  while (edge.size < part.to) {
    const rows = await listWhole(writer, { ...part, from: edge.size });
    ({ edge } = edge.append(rows.map(leafOf)));
    for (const row of rows) lanes.set(laneName(row), { ...placeOf(row), head: row.hash });
    const links = linksOf(rows);
    const before = await writer.cutMap.listBuckets(bucketsOf(links));
    const { moved, after } = extendHeads(before, links);
    await putMap(writer, top, moved, subtreesOf(after));
  }
  return { edge, top, lanes: [...lanes.values()] };
}

// oxlint-disable-next-line max-params -- where, the map's upper levels, and what of it moved
async function putMap(
  writer: CutWriter,
  top: UpperTree,
  moved: readonly ChainHead[],
  changed: readonly Placed[],
): Promise<void> {
  await writer.cutMap.putHeads(moved);
  await writer.cutMap.putBuckets(changed);
  await writer.cutMap.putMiddle(top.changedAt(MIDDLE_DEPTH, changed));
  top.set(changed);
}

async function listWhole(writer: CutWriter, { from, to, young }: Part): Promise<LedgerRow[]> {
  const page = await writer.listLeaves({ from, to, limit: PAGE });
  const rows = page.flatMap(({ index, entry }, at) =>
    entry !== undefined && index === from + at ? [entry] : [],
  );
  if (rows.length === 0 || rows.length < page.length)
    throw new CutRefused(`entries from ${String(from)} on are missing`);
  const altered = rows.find((row) => hashEntry(row) !== row.hash);
  if (altered !== undefined) throw new CutRefused(`an entry was altered: its digest was ${altered.hash}`);
  // The digest covers the time.
  const early = rows.find(({ at }) => !(Date.parse(at) < young));
  if (early !== undefined) throw new CutRefused(`an entry of ${early.at} is too young to be cut off`);
  return rows;
}

function laneName({ writer, lane }: Pick<LaneEnd, 'writer' | 'lane'>): string {
  return `${String(lane)} ${writer}`;
}

function placeOf({ writer, lane, n }: LedgerRow): Omit<LaneEnd, 'head'> {
  return { writer, lane, n };
}
