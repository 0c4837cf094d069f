// What was measured, in medians of rounds in which the two sides took turns.

/** One comparison: what each round gave, higher being better. */
export interface Result {
  readonly name: string;
  /** Of the values, such as `GB/s`. */
  readonly unit: string;
  readonly yardstick: string;
  readonly hub: readonly number[];
  readonly yard: readonly number[];
  /** The ratio to reach, and the one to aim for. */
  readonly reach: number;
  readonly aim: number;
}

/** The middle value, or the mean of the two in the middle. Throws when there is none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

/** The table of the results, one line each, with the spread of the rounds. */
export function formatResults(results: readonly Result[]): string {
  const rows = results.map((result) => [
    result.name,
    `${present(result.hub)} ${result.unit}`,
    `${present(result.yard)} ${result.unit} (${result.yardstick})`,
    (median(result.hub) / median(result.yard)).toFixed(2),
    `reach ${result.reach}, aim ${result.aim}`,
  ]);
  const table = [['what', 'hub', 'yardstick', 'ratio', 'goal'], ...rows];
  const widths = (table[0] ?? []).map((_, column) =>
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

/** The median with the lowest and the highest value. */
function present(values: readonly number[]): string {
  const digits = median(values) >= 100 ? 0 : 2;
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
  return `${median(values).toFixed(digits)} [${low}-${high}]`;
}

/** Lets two sides take turns, so that what else the machine does meets both alike. */
export async function takeTurns(
  rounds: number,
  sides: { readonly hub: () => Promise<number>; readonly yard: () => Promise<number> },
): Promise<{ readonly hub: readonly number[]; readonly yard: readonly number[] }> {
  const hub: number[] = [];
  const yard: number[] = [];
  await sides.hub(); // warms caches and compilers
  await sides.yard();
  for (let round = 0; round < rounds; round += 1) {
    hub.push(await sides.hub());
    yard.push(await sides.yard());
  }
  return { hub, yard };
}
