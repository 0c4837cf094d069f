// What finding costs at two sizes of hub: information, lists, search and files, signed in and not. The hubs take turns.
import { type Goal } from '../goals.ts';
import { type BenchHub } from '../hub.ts';
import { median } from '../result.ts';
import { type Superuser } from './database.ts';
import { askRound, openAsker, type Asker, type Round } from './latency.ts';
import { openLoadedHub } from './loaded-hub.ts';
import { deepLists, kindsOf, type Kind } from './questions.ts';

/** How much is measured. */
export interface ListsSize {
  /** Repositories in the hubs that are compared. */
  readonly sizes: readonly [number, number];
  readonly rounds: number;
  /** Questions of each kind in a round. */
  readonly questions: number;
}

/** A kind of question at one size. */
export interface Measured {
  readonly rounds: readonly Round[];
  /** Pages of the database that a question touched, on average: what a busy machine does not change. */
  readonly pages: number;
}

/** One line of the result: a kind of question at both sizes. */
export interface ListsResult {
  readonly name: string;
  readonly who: string;
  readonly goal?: Kind['goal'];
  readonly small: Measured;
  readonly large: Measured;
}

/** Measures all kinds of question. */
export async function measureLists(
  size: ListsSize,
  note: (text: string) => void,
): Promise<readonly ListsResult[]> {
  await using stack = new AsyncDisposableStack();
  const [small, large] = [await openSide(size.sizes[0], note), await openSide(size.sizes[1], note)];
  stack.use(small);
  stack.use(large);
  const results: ListsResult[] = [];
  for (const who of ['signed in', 'anonymous'] as const)
    for (const [index, kind] of small.kinds.entries()) {
      const other = large.kinds[index];
      if (other === undefined) throw new Error(`${kind.name} has no counterpart`);
      const sides = [
        { side: small, kind },
        { side: large, kind: other },
      ] as const;
      const result = await compare(sides, { ...size, who });
      note(rowOf(result).join(' | '));
      results.push(result);
    }
  return results;
}

interface Side extends AsyncDisposable {
  readonly hub: BenchHub;
  readonly database: Superuser;
  readonly kinds: readonly Kind[];
}

async function openSide(count: number, note: (text: string) => void): Promise<Side> {
  await using stack = new AsyncDisposableStack();
  const { hub, database, population, known } = stack.use(await openLoadedHub(count, note));
  const kinds = [...kindsOf(population, known), await findDeepPages(hub)];
  const owned = stack.move();
  return { hub, database, kinds, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const DEEP = 20;

/** Pages far into lists, by following their links. */
async function findDeepPages(hub: BenchHub): Promise<Kind> {
  using asker = openAsker(hub.url, hub.token);
  const targets: string[] = [];
  for (const first of deepLists()) {
    let target: string | undefined = first;
    for (let page = 1; page < DEEP && target !== undefined; page += 1) {
      const next: string | undefined = /<([^>]+)>/.exec((await asker.ask('GET', target)).link ?? '')?.[1];
      if (next === undefined) break;
      const { pathname, search } = new URL(next);
      target = pathname + search;
    }
    targets.push(target);
  }
  return { name: 'page twenty of lists', method: 'GET', targets };
}

interface Turn {
  readonly side: Side;
  readonly kind: Kind;
}

async function compare(
  turns: readonly [Turn, Turn],
  how: ListsSize & { readonly who: 'signed in' | 'anonymous' },
): Promise<ListsResult> {
  const { name, goal, times = 1 } = turns[0].kind;
  const count = how.questions * times;
  const askers = turns.map(({ side }) =>
    openAsker(side.hub.url, how.who === 'anonymous' ? undefined : side.hub.token),
  );
  const rounds: [Round[], Round[]] = [[], []];
  const pages: number[] = [];
  for (const [index, { side, kind }] of turns.entries()) {
    const asker = askers[index];
    if (asker !== undefined) pages.push(await countPages({ side, kind, asker, count }));
  }
  for (let round = 1; round <= how.rounds; round += 1)
    for (const [index, { kind }] of turns.entries()) {
      const [asker, own] = [askers[index], rounds[index]];
      if (asker === undefined || own === undefined) continue;
      own.push(await askRound(asker, kind, { from: round * count, count }));
    }
  for (const asker of askers) asker[Symbol.dispose]();
  return {
    name,
    who: how.who,
    ...(goal !== undefined && { goal }),
    small: { rounds: rounds[0], pages: pages[0] ?? 0 },
    large: { rounds: rounds[1], pages: pages[1] ?? 0 },
  };
}

/** The first round, which warms what is warmed, and what it touched. */
async function countPages(turn: Turn & { asker: Asker; count: number }): Promise<number> {
  const before = await readPages(turn.side.database);
  await askRound(turn.asker, turn.kind, { from: 0, count: turn.count });
  return ((await readPages(turn.side.database)) - before) / turn.count;
}

/** How long a connection of the hub keeps its counts to itself, and somewhat more. */
const COUNTED_AFTER_MS = 1500;

async function readPages(database: Superuser): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, COUNTED_AFTER_MS));
  const rows = await database.query<{ pages: string }>(
    `select sum(coalesce(heap_blks_read + heap_blks_hit, 0) + coalesce(idx_blks_read + idx_blks_hit, 0)
        + coalesce(toast_blks_read + toast_blks_hit, 0) + coalesce(tidx_blks_read + tidx_blks_hit, 0)) as pages
       from pg_statio_all_tables where schemaname in ('repos', 'git', 'identity')`,
  );
  return Number(rows[0]?.pages);
}

/** How many times what a question takes at p95 in a small hub it may take in a large one. */
const CLOSE = 1.5;
/** At p95 no search takes longer in a large hub. Milliseconds. */
const SHORT_MS = 50;

/** What the results are to be. */
export function goalsOf(results: readonly ListsResult[]): Goal[] {
  return results.flatMap(({ name, who, goal, small, large }): Goal[] => {
    const what = `${name} (${who}) at p95`;
    if (goal === 'close')
      return [
        { what: `${what}, as a ratio`, figure: median(ratiosOf(small, large)), limit: CLOSE, side: 'under' },
      ];
    if (goal === 'short')
      return [{ what: `${what}, in ms`, figure: medianOf(large, 'p95'), limit: SHORT_MS, side: 'under' }];
    return [];
  });
}

/** The table of the results. */
export function formatLists(results: readonly ListsResult[], sizes: readonly [number, number]): string {
  const [small, large] = sizes.map((size) => size.toLocaleString('en'));
  const head = [
    'what',
    'who',
    `p50/p95 ms at ${small}`,
    `p50/p95 ms at ${large}`,
    'p95 ratio [rounds]',
    'pages touched',
  ];
  return [head, ...results.map(rowOf)].map((row) => row.join(' | ')).join('\n');
}

function rowOf({ name, who, small, large }: ListsResult): string[] {
  const pages = `${small.pages.toFixed(0)} → ${large.pages.toFixed(0)}`;
  return [name, who, timesOf(small), timesOf(large), ratioOf(small, large), pages];
}

function timesOf(measured: Measured): string {
  return `${medianOf(measured, 'p50').toFixed(1)} / ${medianOf(measured, 'p95').toFixed(1)}`;
}

function medianOf({ rounds }: Measured, key: keyof Round): number {
  return median(rounds.map((round) => round[key]));
}

function ratiosOf(small: Measured, large: Measured): number[] {
  return large.rounds.map((round, index) => round.p95 / (small.rounds[index]?.p95 ?? Number.NaN));
}

function ratioOf(small: Measured, large: Measured): string {
  const ratios = ratiosOf(small, large);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(2)} [${low.toFixed(2)}-${high.toFixed(2)}]`;
}
