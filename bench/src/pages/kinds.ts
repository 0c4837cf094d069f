// The pages that are measured, each beside what the API says of a repository.
import { type LoadedHub } from '../scale/loaded-hub.ts';
import { type MadeRepo } from '../scale/population.ts';
import { openRandom, pick } from '../scale/random.ts';
import { USUAL } from '../scale/words.ts';
import { SHOWN } from './card.ts';

/** Pages of one kind, and in the same order what is compared with them. */
export interface PageKind {
  readonly name: string;
  readonly pages: readonly string[];
  /** Questions to the API about a repository: the same one where the page is of one. */
  readonly yard: readonly string[];
}

/** All kinds. `cards` are the repositories that were given one. */
export function pageKinds({ known, population }: LoadedHub, cards: readonly MadeRepo[]): readonly PageKind[] {
  const random = openRandom(11);
  const page = ({ owner, name }: MadeRepo): string => `/${owner.name}/${name}`;
  const yard = cards.map((repo) => `/api/models${page(repo)}`);
  const many = (make: () => string): string[] => cards.map(make);
  const { rare } = population;
  const models = known.filter(({ type }) => type === 'model');
  const bare = cards
    .map((_, index) => models[(index * 17) % models.length])
    .filter((repo) => repo !== undefined);
  return [
    { name: 'model card', pages: cards.map(page), yard },
    {
      name: 'model without a card',
      pages: bare.map(page),
      yard: bare.map((repo) => `/api/models${page(repo)}`),
    },
    { name: 'files', pages: cards.map((repo) => `${page(repo)}/tree/main`), yard },
    { name: 'a file', pages: cards.map((repo) => `${page(repo)}/blob/main/${SHOWN}`), yard },
    { name: 'home', pages: many(() => '/'), yard },
    { name: 'list of models', pages: many(() => `/models?search=${pick(random, USUAL)}`), yard },
    {
      name: 'search',
      pages: many(() => `/search?q=${pick(random, [...USUAL, ...rare.slice(0, 100)])}`),
      yard,
    },
    // Those who have most come first.
    { name: 'profile', pages: cards.map((_, index) => `/${population.owners[index * 3]?.name ?? ''}`), yard },
  ];
}
