// What a repository costs that has many files and commits, against a small one on the same hub; they take turns.
import { readFile, writeFile } from 'node:fs/promises';
import { median } from '../result.ts';
import { openBenchHub, type BenchHub } from '../hub.ts';
import { openAsker, quantile, type Asker } from './latency.ts';
import { openRandom, type Random } from './random.ts';

/** How many files and commits a repository has. */
export interface RepositorySize {
  readonly files: number;
  readonly commits: number;
}

/** A kind of work in both repositories. Milliseconds for each piece of work. */
export interface RepositoryResult {
  readonly name: string;
  readonly small: readonly number[];
  readonly large: readonly number[];
  /** Most memory of the hub while it worked on the large one, and before it began. Bytes. */
  readonly memory: { readonly before: number; readonly most: number };
}

const FOLDER = 1000;
/** Times that each kind of work is done. */
const TIMES = 60;

/** Measures each kind of work. */
export async function measureRepository(
  sizes: { readonly small: RepositorySize; readonly large: RepositorySize },
  note: (text: string) => void,
): Promise<readonly RepositoryResult[]> {
  await using hub = await openBenchHub();
  using asker = openAsker(hub.url, hub.token);
  const small = await buildRepository({ hub, asker, name: 'small', size: sizes.small }, note);
  const large = await buildRepository({ hub, asker, name: 'large', size: sizes.large }, note);
  const results: RepositoryResult[] = [];
  for (const work of WORKS) {
    note(work.name);
    results.push(await compare(work, [small, large]));
  }
  return results;
}

async function compare(
  { name, times, work }: Work,
  [small, large]: readonly [Built, Built],
): Promise<RepositoryResult> {
  const turns: [number[], number[]] = [[], []];
  const before = await readMemory(small.hub);
  for (let round = 0; round <= times; round += 1) {
    const [one, other] = [await work(small), await work(large)];
    if (round === 0) continue; // warms caches
    turns[0].push(one);
    turns[1].push(other);
  }
  const { most } = await readMemory(small.hub);
  return { name, small: turns[0], large: turns[1], memory: { before: before.now, most } };
}

interface Place {
  readonly hub: BenchHub;
  readonly asker: Asker;
  readonly name: string;
  readonly size: RepositorySize;
}

interface Built extends Place {
  readonly random: Random;
}

/** Makes a repository by its front door: first all files, a folder to a commit, then changes of one file. */
async function buildRepository(place: Place, note: (text: string) => void): Promise<Built> {
  const { hub, name, size } = place;
  await hub.ask('/api/repos/create', { method: 'POST', body: JSON.stringify({ name, private: true }) });
  note(`making ${size.files} files in the ${name} repository`);
  let commits = 0;
  for (let from = 0; from < size.files; from += FOLDER, commits += 1) {
    const end = Math.min(from + FOLDER, size.files);
    await commitFiles(
      place,
      Array.from({ length: end - from }, (_, index) => from + index),
    );
  }
  const built = { ...place, random: openRandom(7) };
  note(`making ${size.commits} commits in the ${name} repository`);
  for (; commits < size.commits; commits += 1) await commitOne(built);
  return built;
}

interface Work {
  readonly name: string;
  readonly times: number;
  /** Does one piece; gives its milliseconds. */
  readonly work: (place: Built) => Promise<number>;
}

const WORKS: readonly Work[] = [
  { name: 'commit of one file', times: TIMES, work: commitOne },
  { name: 'page of one folder', times: TIMES, work: async (place) => await getTree(place, 0) },
  {
    name: 'page of any folder',
    times: TIMES,
    work: async (place) => await getTree(place, place.random()),
  },
  {
    name: 'the same with last commits',
    times: TIMES,
    work: async (place) => await getTree(place, place.random(), '&expand=true'),
  },
  { name: 'newest commits', times: TIMES, work: async (place) => await getCommits(place, 0) },
  { name: 'commits in the middle', times: TIMES, work: async (place) => await getCommits(place, 0.5) },
  { name: 'HEAD resolve', times: TIMES, work: headFile },
  {
    name: 'repository info',
    times: TIMES,
    work: async (place) => await get(place, `/api/models/admin/${place.name}`),
  },
  { name: 'all files, each thousand', times: 5, work: walkAll },
];

async function commitOne(place: Built): Promise<number> {
  return await commitFiles(place, [Math.floor(place.random() * place.size.files)], String(place.random()));
}

async function commitFiles({ hub, name }: Place, files: readonly number[], salt = ''): Promise<number> {
  const lines: object[] = [{ key: 'header', value: { summary: 'Change files' } }];
  for (const file of files) {
    const content = Buffer.from(`{"file":${file},"salt":"${salt}"}\n`).toString('base64');
    lines.push({ key: 'file', value: { path: pathOf(file), content, encoding: 'base64' } });
  }
  const start = performance.now();
  const answer = await hub.ask(`/api/models/admin/${name}/commit/main`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  await answer.arrayBuffer();
  return performance.now() - start;
}

function pathOf(file: number): string {
  return `data/${String(Math.floor(file / FOLDER)).padStart(4, '0')}/${String(file).padStart(7, '0')}.json`;
}

/** A page of as many entries in both. */
async function getTree(place: Built, at: number, words = ''): Promise<number> {
  const folder = pathOf(Math.floor(at * place.size.files))
    .split('/')
    .slice(0, 2)
    .join('/');
  return await get(place, `/api/models/admin/${place.name}/tree/main/${folder}?limit=50${words}`);
}

async function getCommits(place: Built, share: number): Promise<number> {
  const page = Math.floor((place.size.commits * share) / 10);
  return await get(place, `/api/models/admin/${place.name}/commits/main?limit=10&p=${page}`);
}

async function headFile(place: Built): Promise<number> {
  const file = pathOf(Math.floor(place.random() * place.size.files));
  return (await place.asker.ask('HEAD', `/admin/${place.name}/resolve/main/${file}`)).ms;
}

async function get({ asker }: Place, target: string): Promise<number> {
  return (await asker.ask('GET', target)).ms;
}

/** Follows the pages of a recursive listing to the end, as clients do before a download. */
async function walkAll({ asker, name, size }: Built): Promise<number> {
  let spent = 0;
  let target: string | undefined = `/api/models/admin/${name}/tree/main?recursive=true`;
  while (target !== undefined) {
    const { ms, link } = await asker.ask('GET', target);
    spent += ms;
    const next: string | undefined = /<([^>]+)>/.exec(link ?? '')?.[1];
    target = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
  }
  return spent / (size.files / 1000);
}

/** Resident memory of the process that serves, in bytes; the most of it is counted from here on. */
async function readMemory({ pid }: BenchHub): Promise<{ readonly now: number; readonly most: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (key: string): number =>
    Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  return { now: kilobytes('VmRSS'), most: kilobytes('VmHWM') };
}

/** The table of the results. */
export function formatRepository(results: readonly RepositoryResult[]): string {
  const head = ['what', 'small p50/p95 ms', 'large p50/p95 ms', 'p50 ratio', 'p95 ratio', 'memory MB'];
  const rows = results.map(({ name, small, large, memory }) => {
    const [smallest, largest] = [quantile(small, 0.95), quantile(large, 0.95)];
    return [
      name,
      `${median(small).toFixed(1)} / ${smallest.toFixed(1)}`,
      `${median(large).toFixed(1)} / ${largest.toFixed(1)}`,
      (median(large) / median(small)).toFixed(2),
      (largest / smallest).toFixed(2),
      `${(memory.before / 1e6).toFixed(0)} → ${(memory.most / 1e6).toFixed(0)}`,
    ];
  });
  return [head, ...rows].map((row) => row.join(' | ')).join('\n');
}
