// What a cut is: the number of entries that are not kept any more, and a digest of where the lanes stood there. Every
// checkpoint behind it says so. Pure.
import { createHash } from 'node:crypto';
import { framed } from '@holdfast/kernel/ledger-entry';
import { type LaneEnd } from './order.ts';
import { HASH_BYTES } from './tree/hash.ts';

/** How much is cut off, and where the lanes stood. */
export interface Cut {
  /** The number of entries before it. */
  readonly size: number;
  readonly lanes: Buffer;
}

/** Where nothing was cut. */
export const NO_CUT: Cut = { size: 0, lanes: Buffer.alloc(HASH_BYTES) };

/** Whether both are the same. */
export function isSameCut(a: Cut, b: Cut): boolean {
  return a.size === b.size && a.lanes.equals(b.lanes);
}

/** The lanes in the order in which they are digested. */
export function sortLanes(lanes: readonly LaneEnd[]): LaneEnd[] {
  return lanes.toSorted((a, b) => Buffer.compare(laneKey(a), laneKey(b)));
}

/** The digest of where the lanes stood. */
export function digestLanes(lanes: readonly LaneEnd[]): Buffer {
  const digest = createHash('sha256').update(framed(['holdfast/ledger-cut/v1']));
  for (const { writer, lane, n, head } of sortLanes(lanes))
    digest.update(framed([writer, String(lane), String(n), head]));
  return digest.digest();
}

function laneKey({ writer, lane }: LaneEnd): Buffer {
  return framed([writer, String(lane)]);
}
