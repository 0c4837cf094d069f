// How long files are. The linter judges one file; this shows the shape of the whole.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from '../environment.ts';
import { sourceFiles } from '../files.ts';
import type { Finding, Gate } from './gate.ts';

const FAIL_AT = 400;
const MEDIAN_AT_MOST = 80;

/** No source file over the limit, and a median that stays small. Tests are counted, not judged by the median. */
export const sizes: Gate = {
  name: 'sizes',
  async look(): Promise<Finding> {
    const files = await sourceFiles();
    const lengths = await Promise.all(files.map(async (file) => ({ file, lines: await countLines(file) })));
    const own = lengths.filter(({ file }) => !isTest(file)).map(({ lines }) => lines);
    const problems = lengths
      .filter(({ lines }) => lines > FAIL_AT)
      .map(({ file, lines }) => `${file} has ${lines} lines, more than ${FAIL_AT}`);
    const middle = quantile(own, 0.5);
    if (middle > MEDIAN_AT_MOST)
      problems.push(`the median source file has ${middle} lines, more than ${MEDIAN_AT_MOST}`);
    const rows = [...new Set(files.map(workspaceOf))].map((workspace) =>
      row(
        workspace,
        lengths
          .filter(({ file }) => workspaceOf(file) === workspace && !isTest(file))
          .map(({ lines }) => lines),
      ),
    );
    return { looked: files.length, things: 'files', problems, remarks: [...rows, row('all', own)] };
  },
};

function isTest(file: string): boolean {
  return file.endsWith('.test.ts') || /^[a-z]+\/test\//.test(file);
}

function workspaceOf(file: string): string {
  return file.split('/')[0] ?? '';
}

async function countLines(file: string): Promise<number> {
  return (await readFile(path.join(ROOT, file), 'utf8')).split('\n').length - 1;
}

/** The value below which this share of the numbers lies; 0 for no numbers. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function row(name: string, lines: readonly number[]): string {
  const total = lines.reduce((sum, one) => sum + one, 0);
  const shape = [quantile(lines, 0.5), quantile(lines, 0.9), Math.max(0, ...lines)].join(' / ');
  return `${name.padEnd(12)} ${String(lines.length).padStart(4)} files ${String(total).padStart(6)} lines, median / p90 / max ${shape}`;
}
