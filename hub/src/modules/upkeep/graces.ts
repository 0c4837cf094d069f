// How long what nobody points to any more is kept: the one place of these numbers.
import { type UnusedGraces } from '#modules/xet';

const DAY = 24 * 3_600_000;

/** How long things stay, in milliseconds. */
export interface Graces extends UnusedGraces {
  /** Git objects since the ref that led to them was moved or deleted: time to undo that. */
  readonly history: number;
  /** A large object since it was sent or spared: time to commit it. */
  readonly object: number;
}

/**
 * Clients keep for three weeks what they know to be in a scope, and use an answer about chunks for one week; a xorb that
 * they may still name must outlive both.
 */
export const GRACES: Graces = {
  history: 14 * DAY,
  object: 7 * DAY,
  file: 7 * DAY,
  xorb: 28 * DAY,
  endedXorb: DAY,
  pack: DAY,
};
