// What is asked of a hub of any size: the same kinds of question, each about many different things.
import { FILE } from './load.ts';
import { type MadeRepo, type Population } from './population.ts';
import { openRandom, pick, zipf, type Random } from './random.ts';
import { LIBRARIES, PIPELINES, USUAL } from './words.ts';

/** One kind of question. */
export interface Kind {
  readonly name: string;
  readonly method: 'GET' | 'HEAD';
  /** What is asked in turn. */
  readonly targets: readonly string[];
  /** What its times are to be: at p95 close to those of a small hub, or short at any size. Without it they are told alone. */
  readonly goal?: 'close' | 'short';
  /** How many times the questions of another kind are asked in a round; once where it does not say. */
  readonly times?: number;
}

/** How many different things are asked of each kind. */
const TARGETS = 400;
const PAGE = 20;
const TYPES = { model: 'models', dataset: 'datasets', space: 'spaces' } as const;
const SORTS = ['trendingScore', 'downloads', 'likes', 'createdAt', 'lastModified'];

/** All kinds. `known` are some public repositories of the population. */
export function kindsOf(population: Population, known: readonly MadeRepo[]): readonly Kind[] {
  const random = openRandom(5);
  const { rare } = population;
  const tag = zipf(population.freeTags);
  const pipeline = zipf(PIPELINES);
  const library = zipf(LIBRARIES);
  const owner = zipf(population.owners);
  const word = (): string => (random() < 0.5 ? pick(random, USUAL) : pick(random, rare.slice(0, 500)));
  const author = (): string => owner(random).name;
  const filtered: readonly Listed[] = [
    ['list by author', () => ({ author: author() })],
    ['list by tag', () => ({ filter: tag(random) })],
    ['list by pipeline', () => ({ pipeline_tag: pipeline(random) })],
    ['list by library', () => ({ filter: library(random) })],
    ['list by two tags', () => ({ filter: `${library(random)},${tag(random)}` })],
    ['list by author and word', () => ({ author: author(), search: word() })],
  ];
  const searches: readonly Listed[] = [
    ['search, frequent words', () => ({ search: pick(random, USUAL) })],
    ['search, uncommon words', () => ({ search: pick(random, rare.slice(10, 2000)) })],
    ['search, rare words', () => ({ search: pick(random, rare.slice(-10_000)) })],
    ['search, absent words', () => ({ search: `${letters(random, 2)}qxz${letters(random, 2)}` })],
    ['search, two words', () => ({ search: `${word()} ${word()}` })],
    ['search, one letter', () => ({ search: letters(random, 1) })],
    ['search, two letters', () => ({ search: letters(random, 2) })],
    ['search, part of an id', () => ({ search: partOf(random, pick(random, known)) })],
    ['search and tag', () => ({ search: word(), filter: library(random) })],
  ];
  return [
    ...ofRepos(random, known),
    { ...listed(random, ['list', () => ({})]), goal: 'close' },
    { ...mixed(random, 'lists with a filter, mixed', filtered), goal: 'close' },
    { ...mixed(random, 'searches, mixed', searches), goal: 'short' },
    ...[...filtered, ...searches].map((kind) => listed(random, kind)),
  ];
}

function ofRepos(random: Random, known: readonly MadeRepo[]): readonly Kind[] {
  const infos = many(() => infoOf(pick(random, known)));
  const files = many(() => fileOf(pick(random, known)));
  return [
    { name: 'repository info', method: 'GET', targets: infos, goal: 'close' },
    { name: 'HEAD resolve', method: 'HEAD', targets: files, goal: 'close' },
  ];
}

/** A kind of list, and the words of one question. */
type Listed = readonly [name: string, words: () => Record<string, string>];

function listed(random: Random, [name, words]: Listed): Kind {
  return { name, method: 'GET', targets: many(() => listOf(random, words())) };
}

/** Questions of all these kinds, of each as many, by turns. */
function mixed(random: Random, name: string, kinds: readonly Listed[]): Kind {
  const targets = many(() => kinds.map(([, words]) => listOf(random, words()))).flat();
  return { name, method: 'GET', targets, times: kinds.length };
}

function many<Made>(make: () => Made): Made[] {
  return Array.from({ length: TARGETS }, make);
}

function listOf(random: Random, words: Record<string, string>): string {
  const query = new URLSearchParams({ limit: String(PAGE), sort: pick(random, SORTS), ...words });
  return `/api/models?${query.toString()}`;
}

/** Questions of which a late page is asked for. */
export function deepLists(): readonly string[] {
  return SORTS.map((sort) => `/api/models?limit=${PAGE}&sort=${sort}`).concat(
    `/api/models?limit=${PAGE}&sort=downloads&search=bert`,
    `/api/models?limit=${PAGE}&sort=likes&filter=transformers`,
  );
}

function infoOf(repo: MadeRepo): string {
  return `/api/${TYPES[repo.type]}/${repo.owner.name}/${repo.name}`;
}

function fileOf(repo: MadeRepo): string {
  const prefix = repo.type === 'model' ? '' : `/${TYPES[repo.type]}`;
  return `${prefix}/${repo.owner.name}/${repo.name}/resolve/main/${FILE}`;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'.split('');

function letters(random: Random, count: number): string {
  return Array.from({ length: count }, () => pick(random, LETTERS)).join('');
}

function partOf(random: Random, repo: MadeRepo): string {
  const name = `${repo.owner.name}/${repo.name}`;
  const length = 4 + Math.floor(random() * 8);
  const start = Math.floor(random() * Math.max(1, name.length - length));
  return name.slice(start, start + length);
}
