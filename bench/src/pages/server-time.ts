// How long the hub takes for the HTML of a page, in turns with what the API says of a repository.
import { withCpu } from '../cpu.ts';
import { median } from '../result.ts';
import { quantile, type Asker } from '../scale/latency.ts';
import { type PageKind } from './kinds.ts';

/** Times of questions, in milliseconds, and what a question took of the hub's processors. */
export interface Times {
  readonly ms: readonly number[];
  /** Milliseconds. */
  readonly cpu: number;
}

/** What was measured of one kind. */
export interface PageTimes {
  readonly name: string;
  readonly who: string;
  /** When each page is asked for the first time since it was made; nobody is the first twice. */
  readonly first: Times | undefined;
  readonly page: Times;
  readonly yard: Times;
}

/** Who asks, and of which process. */
export interface AskedBy {
  readonly who: string;
  readonly asker: Asker;
  /** The hub's. */
  readonly pid: number;
  readonly rounds: number;
  /** Whether nobody asked for these pages before. */
  readonly isFirst: boolean;
}

/** A page of the hub is to take no longer at p95, in milliseconds. */
const GOAL_MS = 50;

/** Asks for all pages of a kind and then for the yardstick, round after round. */
export async function measurePages(kind: PageKind, by: AskedBy): Promise<PageTimes> {
  const first = await askAll(kind.pages, by);
  await askAll(kind.yard, by);
  const [page, yard]: [Times[], Times[]] = [[], []];
  for (let round = 0; round < by.rounds; round += 1) {
    page.push(await askAll(kind.pages, by));
    yard.push(await askAll(kind.yard, by));
  }
  return {
    name: kind.name,
    who: by.who,
    ...{ first: by.isFirst ? first : undefined, page: together(page) },
    yard: together(yard),
  };
}

async function askAll(targets: readonly string[], { asker, pid }: AskedBy): Promise<Times> {
  const ms: number[] = [];
  const { cpu } = await withCpu(pid, async () => {
    for (const target of targets) ms.push((await asker.ask('GET', target)).ms);
  });
  return { ms, cpu: (cpu * 1_000) / targets.length };
}

function together(rounds: readonly Times[]): Times {
  const cpu = rounds.reduce((sum, one) => sum + one.cpu, 0) / rounds.length;
  return { ms: rounds.flatMap(({ ms }) => ms), cpu };
}

/** The table of the results. */
export function formatPages(results: readonly PageTimes[]): string {
  const head = [
    ...['page', 'who', 'median / p95 ms', 'first time', 'repository info', 'ratio of medians'],
    ...['processor ms', 'of the info', `p95 under ${GOAL_MS} ms`],
  ];
  return [head, ...results.map(rowOf)].map((row) => row.join(' | ')).join('\n');
}

/** One line of it. */
export function rowOf({ name, who, first, page, yard }: PageTimes): string[] {
  const reached = quantile(page.ms, 0.95) < GOAL_MS ? 'reached' : 'missed';
  const ratio = (median(page.ms) / median(yard.ms)).toFixed(2);
  const [pageCpu, yardCpu] = [page.cpu, yard.cpu].map((cpu) => cpu.toFixed(1));
  return [
    ...[name, who, timesOf(page), first === undefined ? '' : timesOf(first), timesOf(yard), ratio],
    ...[pageCpu ?? '', yardCpu ?? '', reached],
  ];
}

function timesOf({ ms }: Times): string {
  return `${median(ms).toFixed(1)} / ${quantile(ms, 0.95).toFixed(1)}`;
}
