// The last 30 days of a repository, those without a download included: a chart has a bar for each. Pure.

/** How many days downloads are kept by the day. */
export const KEPT_DAYS = 30;
const DAY_MS = 86_400_000;

/** Downloads of one day, in UTC. */
export interface DownloadDay {
  /** Such as `2026-11-27`. */
  readonly day: string;
  readonly count: number;
}

/** Thirty days, oldest first and the one of `now` last, with what is known of each. */
export function everyDay(known: readonly DownloadDay[], now: Date): DownloadDay[] {
  const counts = new Map(known.map(({ day, count }) => [day, count]));
  return Array.from({ length: KEPT_DAYS }, (_one, n) => {
    const day = new Date(now.getTime() - (KEPT_DAYS - 1 - n) * DAY_MS).toISOString().slice(0, 10);
    return { day, count: counts.get(day) ?? 0 };
  });
}
