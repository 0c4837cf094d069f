// What a benchmark ends with: whether its figures are what they have to be.
import { missed, type Goal } from './goals.ts';

/** Says which goals were missed, a line for each; gives the exit code. */
export function judgeGoals(goals: readonly Goal[]): number {
  const problems = missed(goals);
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}
