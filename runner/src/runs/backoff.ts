// What becomes of an app that ended by itself. Pure.

/** Milliseconds before the first start after an end; doubled for each that follows soon. */
const SHORTEST = 1_000;
/** An app that ran this long is not in a circle. Milliseconds. */
const SETTLED = 10 * 60_000;
/** Starts in a row before it is left alone. */
const MOST = 5;

/** Milliseconds before another start where the vault gave no secrets but may do so another time. */
const VAULT_PAUSE = 5_000;

/** How an app ran. */
export interface Ran {
  /** Whether it ever accepted connections. */
  readonly listened: boolean;
  /** What ended it: its own doing, its door that was gone, or secrets that the vault did not give yet. */
  readonly cause: 'app' | 'door' | 'vault';
  /** Milliseconds from its start to its end. */
  readonly forMs: number;
}

/** Ends in a row, this one counted. */
export function countCrash(before: number, { cause, forMs }: Pick<Ran, 'cause' | 'forMs'>): number {
  if (cause === 'vault') return before;
  return forMs >= SETTLED ? 1 : before + 1;
}

/**
 * How long to wait before it is started again, in milliseconds; `undefined` where it is not: an app that ended by itself before
 * it listened would do no better the next time.
 */
export function pauseAfter(
  crashes: number,
  { cause, listened }: Pick<Ran, 'cause' | 'listened'>,
): number | undefined {
  if (cause === 'vault') return VAULT_PAUSE;
  if ((cause === 'app' && !listened) || crashes > MOST) return undefined;
  return SHORTEST * 2 ** (crashes - 1);
}
