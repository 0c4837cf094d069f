// Which lines of a text were taken away and which were added, the shortest way from one to the other (Myers, 1986), with a few
// lines around them. Pure; where the texts have little in common it does not look for long.

/** A line: as it was, taken away, or added. The numbers are those of the two texts, from 1. */
export interface DiffLine {
  readonly kind: 'same' | 'deleted' | 'added';
  readonly text: string;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Lines that stand together. */
export type Hunk = readonly DiffLine[];

const AROUND = 3;
/** So many steps away from each other texts are not compared any further. */
const FURTHEST = 600;

/** The parts in which the texts differ. */
export function diffLines(before: string, after: string): Hunk[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [from, to] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const middle = edits(from, to);
  const same = (lines: readonly string[]): Edit[] => lines.map((text) => ({ kind: 'same', text }));
  return hunksOf(numbered([...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))]));
}

type Edit = Pick<DiffLine, 'kind' | 'text'>;

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function edits(a: readonly string[], b: readonly string[]): Edit[] {
  const trace = traceOf(a, b);
  if (trace === undefined)
    return [
      ...a.map((text): Edit => ({ kind: 'deleted', text })),
      ...b.map((text): Edit => ({ kind: 'added', text })),
    ];
  const found: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let depth = trace.length - 1; depth >= 0; depth -= 1) {
    const reached = trace[depth] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -depth || (k !== depth && at(reached, k - 1) < at(reached, k + 1));
    const previous = down ? k + 1 : k - 1;
    const [fromX, fromY] = [at(reached, previous), at(reached, previous) - previous];
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      found.push({ kind: 'same', text: a[x - 1] ?? '' });
      [x, y] = [x - 1, y - 1];
    }
    if (depth === 0) break;
    if (down) found.push({ kind: 'added', text: b[y - 1] ?? '' });
    else found.push({ kind: 'deleted', text: a[x - 1] ?? '' });
    [x, y] = [fromX, fromY];
  }
  return found.reverse();
}

/** How far each diagonal was reached before each step; `undefined` where the end is too far away. */
function traceOf(a: readonly string[], b: readonly string[]): ReadonlyMap<number, number>[] | undefined {
  const trace: ReadonlyMap<number, number>[] = [];
  const reached = new Map<number, number>([[1, 0]]);
  for (let depth = 0; depth <= FURTHEST; depth += 1) {
    trace.push(new Map(reached));
    for (let k = -depth; k <= depth; k += 2) {
      const down = k === -depth || (k !== depth && at(reached, k - 1) < at(reached, k + 1));
      let x = down ? at(reached, k + 1) : at(reached, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reached.set(k, x);
      if (x >= a.length && x - k >= b.length) return trace;
    }
  }
  return undefined;
}

function at(reached: ReadonlyMap<number, number>, k: number): number {
  return reached.get(k) ?? -1;
}

function numbered(all: readonly Edit[]): DiffLine[] {
  let [before, after] = [0, 0];
  return all.map(({ kind, text }) => {
    if (kind !== 'added') before += 1;
    if (kind !== 'deleted') after += 1;
    return {
      ...{ kind, text },
      before: kind === 'added' ? undefined : before,
      after: kind === 'deleted' ? undefined : after,
    };
  });
}

function hunksOf(lines: readonly DiffLine[]): Hunk[] {
  const hunks: DiffLine[][] = [];
  let until = -1;
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    const from = Math.max(index - AROUND, until + 1);
    // What is near the last part belongs to it.
    if (hunks.length === 0 || index - AROUND > until + 1) hunks.push([]);
    const to = Math.min(index + AROUND, lines.length - 1);
    if (to > until) hunks.at(-1)?.push(...lines.slice(from, to + 1));
    until = Math.max(until, to);
  }
  return hunks;
}
