// Which way to what is searched for is the best: the indexes list all that have each part before they intersect them, so
// that frequent words are better looked for in what the rare ones found.
import { sql } from 'kysely';
import { type Part, type Search, type Whole } from './list-filter-store.ts';
import { type Order } from './list-order-store.ts';
import { COSTS } from './list-plan.ts';
import { expectRows, searchSource, type Lists, type Source } from './list-source-store.ts';

/** Where what is searched for is gathered from. */
export interface Weighed {
  readonly source: Source;
  /** Which part of all repositories of the type match, as far as the database's statistics tell. */
  readonly share: number;
  /** What listing costs, that with looking at what is left, in the terms of `COSTS`, and how many are left. */
  readonly listed: number;
  readonly cost: number;
  readonly left: number;
}

/** How many words are weighed against one another. */
const MAX_WEIGHED = 5;

/** The way to what is searched for, among the repositories with the facets, of which a share of `all` has all. */
export async function weighSearch(
  lists: Lists,
  { search, order }: { readonly search: Search; readonly order: Order },
  { all, facets }: { readonly all: number; readonly facets: FacetShare | undefined },
): Promise<Weighed> {
  const parts: WeighedPart[] = [];
  for (const part of search.parts) {
    if (part.word === undefined) {
      if (facets !== undefined)
        parts.push({ part, rows: facets.share * all, listed: facets.rarest * COSTS.listedFacet });
    } else if (parts.length < MAX_WEIGHED) parts.push(await weighWord(lists, search, { part, all }));
  }
  const { chosen, listed, cost, left } = chooseParts(parts, all);
  const source = searchSource(search, order, chosen.length === parts.length ? undefined : chosen);
  const share = parts.reduce((product, { rows }) => product * (rows / all), 1);
  const whole = search.whole === undefined ? 0 : await expectWhole(lists, search, search.whole);
  return {
    source,
    listed: listed + whole * COSTS.listed,
    cost: cost + whole * (COSTS.listed + COSTS.fetched),
    left: left + whole,
    share: Math.min(1, share + whole / all),
  };
}

/** How many ids hold all that is searched for in one piece, which need not be where words begin. */
async function expectWhole(lists: Lists, { ofType, type }: Search, whole: Whole): Promise<number> {
  const query = sql`select from repos.searched where ${ofType} and ${whole.condition}`;
  return await expectRows(lists, `${type} part ${whole.sought}`, query);
}

/** How many have the rarest of several facets, and which part of all has all of them. */
export interface FacetShare {
  readonly rarest: number;
  readonly share: number;
}

interface WeighedPart {
  readonly part: Part;
  readonly rows: number;
  /** What listing it costs. */
  readonly listed: number;
}

/** Many words begin with a letter, and the database does not know how many: no index is asked for it beside others. */
const ANY_LETTER = 1 / 3;
/** Alone, the order is followed as far as a rare letter needs. */
const ONE_LETTER = 1 / 100;

async function weighWord(
  lists: Lists,
  { ofType, type, parts }: Search,
  { part, all }: { readonly part: Part; readonly all: number },
): Promise<WeighedPart> {
  if (part.word?.length === 1)
    return { part, rows: all * (parts.length === 1 ? ONE_LETTER : ANY_LETTER), listed: all * COSTS.listed };
  const query = sql`select from repos.searched where ${ofType} and ${part.condition}`;
  const rows = await expectRows(lists, `${type} search ${part.sought}`, query);
  // The database adds those that hold a word in their id to those with words that begin so, which mostly are the same.
  const once = part.isTwice ? rows / 2 : rows;
  return { part, rows: Math.min(once, all), listed: rows * COSTS.listed };
}

/** The rarest part, and each further one that spares more looks than listing it costs. */
function chooseParts(
  parts: readonly WeighedPart[],
  all: number,
): Pick<Weighed, 'listed' | 'cost' | 'left'> & { readonly chosen: readonly Part[] } {
  let [left, sum] = [all, 0];
  const chosen: Part[] = [];
  for (const { part, rows, listed } of parts.toSorted((a, b) => a.rows - b.rows)) {
    if (chosen.length > 0 && listed > left * (1 - rows / all) * COSTS.fetched) continue;
    left *= rows / all;
    sum += listed;
    chosen.push(part);
  }
  const ofFacetsAlone = chosen.every(({ word }) => word === undefined);
  const looked = left * (ofFacetsAlone ? COSTS.fetchedFacet : COSTS.fetched);
  return { chosen, listed: sum, cost: sum + looked, left };
}
