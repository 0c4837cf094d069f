// What figures must be, whatever machine measures them, and what a benchmark that misses one ends with.

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

/** Says what was measured as soon as it is there; gives what of it is to be what. */
export async function told(measuring: Promise<Figures>): Promise<Goal[]> {
  const { said, goals } = await measuring;
  console.log(said);
  return [...goals];
}

/** What a benchmark ends with; what was missed is said. */
export function exitCode(goals: readonly Goal[]): 0 | 1 {
  const problems = missed(goals);
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

const WORDS = { under: 'be under', reach: 'reach' } as const;
