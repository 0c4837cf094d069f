// What happened by the hour, added up to a day. Pure.

const DAY = 24;

/** How often something happened within the last day. */
export interface DayCount {
  readonly count: number;
  /** More happened than was counted. */
  readonly isLeast: boolean;
}

/** Adds up the last 24 of these hours; `back` is since when was counted, where that is not all. */
export function countDay<Name extends string>(
  {
    hours,
    back,
  }: {
    readonly hours: readonly ({ readonly at: Date } & { readonly [name in Name]: number })[];
    readonly back: { readonly [name in Name]: Date | undefined };
  },
  name: Name,
): DayCount {
  const day = hours.slice(-DAY);
  const [first] = day;
  const cut = back[name];
  return {
    count: day.reduce((total, hour) => total + hour[name], 0),
    isLeast: cut !== undefined && first !== undefined && cut > first.at,
  };
}
