// What was measured, in medians of rounds in which the two sides took turns.
import { type Goal } from './goals.ts';

/** What one turn gave. */
export interface Turn {
  /** Work done in a second, or the time it takes, in the unit of the comparison. */
  readonly rate: number;
  /** Processor time for one piece of work, in `cpuUnit`; of the server, or of who is compared with it. */
  readonly cpu: number;
}

/** One comparison. */
export interface Result {
  readonly name: string;
  /** Of the rates, such as `GB/s`. */
  readonly unit: string;
  /** Of the processor time, such as `s/GiB`. */
  readonly cpuUnit: string;
  readonly yardstick: string;
  readonly hub: readonly Turn[];
  readonly yard: readonly Turn[];
  /** What the ratio is to be, in words. */
  readonly goal: string;
  /** What of it lets the benchmark fail: a limit of the ratio of the rates, or of processor time. Absent where nothing is to be reached. */
  readonly limit?: Pick<Goal, 'side' | 'limit'> & { readonly of: keyof Turn };
}

/** The middle value, or the mean of the two in the middle. Throws when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

/** The table of the results: medians with the spread of the rounds, and processor time, which a busy machine changes less. */
export function formatResults(results: readonly Result[]): string {
  const rows = results.flatMap((result) => [
    [
      result.name,
      present(result.hub, 'rate', result.unit),
      `${present(result.yard, 'rate', result.unit)} (${result.yardstick})`,
      ratio(result.hub, result.yard, 'rate').toFixed(2),
      result.goal,
    ],
    [
      '  its processor time',
      present(result.hub, 'cpu', result.cpuUnit),
      present(result.yard, 'cpu', result.cpuUnit),
      ratio(result.hub, result.yard, 'cpu').toFixed(2),
      'lower is better',
    ],
  ]);
  const table = [['what', 'hub', 'yardstick', 'ratio', 'goal'], ...rows];
  const widths = ['', '', '', '', ''].map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What of the results has to be what: ratios as the table shows them, and not yet rounded. */
export function goalsOf(results: readonly Result[]): Goal[] {
  return results.flatMap(({ name, hub, yard, limit: bound }) => {
    if (bound === undefined) return [];
    const { of, side, limit } = bound;
    const what = of === 'cpu' ? `${name}, the ratio of processor time` : `${name}, the ratio`;
    return [{ what, figure: ratio(hub, yard, of), side, limit }];
  });
}

function ratio(hub: readonly Turn[], yard: readonly Turn[], of: keyof Turn): number {
  return median(hub.map((turn) => turn[of])) / median(yard.map((turn) => turn[of]));
}

/** The median with the lowest and the highest value. */
function present(turns: readonly Turn[], of: keyof Turn, unit: string): string {
  const values = turns.map((turn) => turn[of]);
  const digits = median(values) >= 100 ? 0 : 2;
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} [${low}-${high}] ${unit}`;
}

/** Lets two sides take turns, so that what else the machine does meets both alike. */
export async function takeTurns(
  rounds: number,
  sides: { readonly hub: () => Promise<Turn>; readonly yard: () => Promise<Turn> },
): Promise<{ readonly hub: readonly Turn[]; readonly yard: readonly Turn[] }> {
  const hub: Turn[] = [];
  const yard: Turn[] = [];
  await sides.hub(); // warms caches and compilers
  await sides.yard();
  for (let round = 0; round < rounds; round += 1) {
    hub.push(await sides.hub());
    yard.push(await sides.yard());
  }
  return { hub, yard };
}
