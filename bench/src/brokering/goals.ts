// What the figures of brokering must be, whatever machine measures them. Pure.

/** A figure that has to stay on one side of a limit. */
export interface Goal {
  readonly what: string;
  readonly figure: number;
  readonly limit: number;
  /** `under` the limit, or `reach` it. */
  readonly side: 'under' | 'reach';
}

/** What a round of measurements gave, and which of it is to be what. */
export interface Figures {
  /** In lines. */
  readonly said: string;
  readonly goals: readonly Goal[];
}

/** The goals that were missed, a line for each. What is no number was not measured, and misses. */
export function missed(goals: readonly Goal[]): string[] {
  return goals
    .filter(({ figure, limit, side }) => !(side === 'under' ? figure < limit : figure >= limit))
    .map(
      ({ what, figure, limit, side }) =>
        `missed: ${what} is ${figure.toFixed(3)}, and is to ${WORDS[side]} ${limit}`,
    );
}

const WORDS = { under: 'be under', reach: 'reach' } as const;
