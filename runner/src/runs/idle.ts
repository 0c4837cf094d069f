// When a run that is served has had no visitor for so long that it sleeps. Pure.

/**
 * How long a run is served at least, in milliseconds. Whoever woke it with a browser is on a page that asks again: with a
 * sleep time below the page's pause it would sleep each time before they come, and they would never see it.
 */
const LEAST_SERVED_MS = 10_000;

/** What is known of a run's visitors. */
export interface Visited {
  /** Connections of visitors at this moment. */
  readonly open: number;
  /** When somebody last visited, in milliseconds of the epoch. */
  readonly lastVisit: number;
  /** Since when it is served, in milliseconds of the epoch. */
  readonly servedSince: number;
}

/** Whether it sleeps now; `sleepSeconds` is `null` where it never does. */
export function isIdle(
  { open, lastVisit, servedSince }: Visited,
  sleepSeconds: number | null,
  now: number,
): boolean {
  if (sleepSeconds === null || open > 0) return false;
  return now >= Math.max(lastVisit + sleepSeconds * 1_000, servedSince + LEAST_SERVED_MS);
}
