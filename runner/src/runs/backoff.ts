// What becomes of an app that ended by itself. Pure.

/** Milliseconds before the first start after an end; doubled for each that follows soon. */
const SHORTEST = 1_000;
/** An app that ran this long is not in a circle. Milliseconds. */
const SETTLED = 10 * 60_000;
/** Starts in a row before it is left alone. */
const MOST = 5;

/** How an app ran. */
export interface Ran {
  /** Whether it ever accepted connections. */
  readonly listened: boolean;
  /** Milliseconds from its start to its end. */
  readonly forMs: number;
}

/** Ends in a row, this one counted. */
export function countCrash(before: number, { forMs }: Ran): number {
  return forMs >= SETTLED ? 1 : before + 1;
}

/**
 * How long to wait before it is started again, in milliseconds; `undefined` where it is not: an app that never listened would
 * do no better the next time.
 */
export function pauseAfter(crashes: number, { listened }: Ran): number | undefined {
  if (!listened || crashes > MOST) return undefined;
  return SHORTEST * 2 ** (crashes - 1);
}
