// Runs one tier in a process of its own and reads its totals from node:test's own summary.
import { chmod, glob, mkdir, mkdtempDisposable, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, TOOLS_FOLDER } from '../environment.ts';
import { run } from '../run.ts';
import { COMPILED } from './compiled.ts';
import { FAILED_FILE } from './tap-log.ts';
import type { Tier } from './tiers.ts';

/** How many tests did what. */
export interface TestTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The totals of a run, and what failed in it: a line each, with the place of the test and the first line of its error. */
export interface TestOutcome extends TestTotals {
  readonly failures: readonly string[];
  /** What failed first and passed when it ran again, told likewise. */
  readonly unsteady: readonly string[];
}

/** What the caller wants of a tier. */
export interface TierWish {
  /** Only files whose path contains this. */
  readonly pattern: string;
  /** The proofs that take long, too. */
  readonly long: boolean;
  /** Pictures of pages, for people to look at. */
  readonly pictures: boolean;
}

const LONG_FACTOR = 6;
/** Where tests stand that are cases of a client in Python. */
const CASES = 'hub/test/harness/cases.ts:';
/** Letters of a failure that is told once more; where it happened all of it stands. */
const LONGEST_FAILURE = 300;

/** The files of a tier that match, sorted. */
export async function tierFiles(tier: Tier, pattern: string): Promise<readonly string[]> {
  const found = await Array.fromAsync(glob(tier.files, { cwd: ROOT, exclude: ['**/node_modules/**'] }));
  return found.filter((file) => file.includes(pattern)).sort();
}

/**
 * Runs the files. A tier that broke before it could count has failed once. Files in which something failed run once more, one at a time,
 * where the tier names all that failed: what fails again has failed, and the rest is told as unsteady (decision 60).
 */
export async function runTier(tier: Tier, files: readonly string[], wish: TierWish): Promise<TestOutcome> {
  const folder = path.join(TOOLS_FOLDER, 'test-logs');
  await mkdir(folder, { recursive: true });
  const first = await runFiles(tier, files, { ...wish, log: path.join(folder, `${tier.name}.tap`) });
  if (!mayRunAgain(tier, first)) return first;
  console.log(`\n== ${tier.name}, again, one at a time: ${first.failedFiles.join(', ')}`);
  const alone = { ...tier, atOnce: 1 };
  const log = path.join(folder, `${tier.name}-again.tap`);
  const again = await runFiles(alone, first.failedFiles, { ...wish, log });
  return again.passed + again.failed === 0 ? first : joinRuns(first, again);
}

/**
 * Whether what failed runs again. One test that is not to run again decides, by the place where it stands: its tier has failed, whatever
 * else would pass.
 */
export function mayRunAgain(
  { again, againForCases }: Pick<Tier, 'again' | 'againForCases'>,
  { failedFiles, failures, broke }: Pick<Run, 'failedFiles' | 'failures' | 'broke'>,
): boolean {
  const begins = (text: string, beginnings: readonly string[]): boolean =>
    beginnings.some((beginning) => text.startsWith(beginning));
  return (
    !broke &&
    failedFiles.length > 0 &&
    failedFiles.every((file) => begins(file, [...again, ...againForCases])) &&
    failures.every((failure) => begins(failure, [...again, CASES]))
  );
}

/** A run and the run of its failed files that followed, as one. */
export function joinRuns(first: TestOutcome, again: TestOutcome): TestOutcome {
  const steady = Math.max(0, first.failed - again.failed);
  return {
    passed: first.passed + steady,
    failed: again.failed,
    skipped: first.skipped,
    failures: again.failures,
    unsteady:
      again.failed === 0 ? first.failures : first.failures.filter((it) => !again.failures.includes(it)),
  };
}

/** What ran, and what of it may run again. */
interface Run extends TestOutcome {
  /** Files in which something failed. */
  readonly failedFiles: readonly string[];
  /** It was stopped, or ended without a failure to show for it. */
  readonly broke: boolean;
}

async function runFiles(
  tier: Tier,
  files: readonly string[],
  wish: TierWish & { log: string },
): Promise<Run> {
  const args = [
    '--test',
    `--test-concurrency=${tier.atOnce}`,
    `--test-reporter=${path.join(import.meta.dirname, 'reporter.ts')}`,
    '--test-reporter-destination=stdout',
    `--test-reporter=${path.join(import.meta.dirname, 'tap-log.ts')}`,
    `--test-reporter-destination=${wish.log}`,
    ...files,
  ];
  const timeout = tier.minutes * 60_000 * (wish.long ? LONG_FACTOR : 1);
  // Where files of tests leave each other what takes long to make; gone with the tier.
  await using shared = await mkdtempDisposable(path.join(tmpdir(), 'holdfast-shared-'));
  await chmod(shared.path, 0o755);
  const env = {
    HOLDFAST_TEST_LONG: wish.long ? '1' : '',
    HOLDFAST_TEST_PICTURES: wish.pictures ? '1' : '',
    HOLDFAST_TEST_SHARED: shared.path,
    ...COMPILED,
  };
  const outcome = await run(process.execPath, args, { show: true, timeout, env });
  const tap = await readFile(wish.log, 'utf8').catch(() => '');
  const read = { ...parseTotals(tap), failures: parseFailures(tap), unsteady: [] };
  const failedFiles = parseFailedFiles(tap);
  if (outcome.status === 0 || (read.failed > 0 && !outcome.timedOut))
    return { ...read, failedFiles, broke: false };
  const why = outcome.timedOut ? `stopped after ${timeout / 60_000} minutes` : `status ${outcome.status}`;
  console.log(`FAILED ${tier.name}: ${why}`);
  const failures = [...read.failures, `${tier.name}: ${why}`];
  return { ...read, failed: Math.max(1, read.failed), failures, failedFiles, broke: true };
}

/** The files in which something failed, according to a TAP log of ours. */
export function parseFailedFiles(tap: string): string[] {
  const lines = tap.split('\n').filter((line) => line.startsWith(FAILED_FILE));
  return lines.map((line) => line.slice(FAILED_FILE.length));
}

/** What failed according to a TAP log. A parent that failed because of its subtests says nothing new. */
export function parseFailures(tap: string): string[] {
  const said = /^ *not ok \d+ - (?<name>.*)\n *---\n(?<about>[^]*?)^ *\.\.\.$/gm;
  return [...tap.matchAll(said)].flatMap(({ groups: { name = '', about = '' } = {} }) => {
    if (about.includes("failureType: 'subtestsFailed'")) return [];
    const place = /location: '(.*):\d+'/.exec(about)?.[1] ?? '';
    const error = /error: (?:\|-\n\s*)?(.*)/.exec(about)?.[1] ?? '';
    return [`${path.relative(ROOT, place)} ${name}: ${error}`.slice(0, LONGEST_FAILURE)];
  });
}

/** The totals in a TAP log; none when the log was cut off before its summary. */
export function parseTotals(tap: string): TestTotals {
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  return { passed: count('pass'), failed: count('fail') + count('cancelled'), skipped: count('skipped') };
}
