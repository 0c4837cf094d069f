// How a page of a list is found without reading in proportion to the hub. Where few match, all of them are gathered from
// narrow rows, and the first of them are looked up; where many match, following the order soon meets enough of them. Each
// way has a bound, so that not knowing which it is costs no more than all of them.
import { believe, type Beliefs } from './list-belief-store.ts';
import { followRepos, followSets } from './list-follow-store.ts';
import { gather } from './list-gather-store.ts';
import { lastWayOf, patienceOf, waysOf, type Way, type WayBounds } from './list-plan.ts';
import { isToldBySets } from './list-set-store.ts';
import { estimate, facetSource, isFew, repoSource, type Lists } from './list-source-store.ts';
import { type PageWish } from './list-wish-store.ts';

/** How many are looked at on each way before another one is tried. */
export interface Bounds extends WayBounds {
  /** Repositories with a facet. */
  readonly facet: number;
  /** Repositories that a search matches. */
  readonly search: number;
  /** Repositories in the order of the list. */
  readonly followed: number;
  /** Narrow rows whose repositories are looked up at first. */
  readonly first: number;
}

/** What balances the ways for a page of one, measured in a hub of a million. For larger pages it grows with the root. */
const BALANCE = { facet: 1400, search: 1000, followed: 1600 };
/** Of those looked up, private ones and those that only looked like a match are left out. */
const SPARE = 4;

/** The bounds for a page of so many. */
export function boundsFor(limit: number): Bounds {
  const of = (balance: number): number => Math.ceil(balance * Math.sqrt(limit));
  return {
    facet: of(BALANCE.facet),
    search: of(BALANCE.search),
    followed: of(BALANCE.followed),
    first: SPARE * limit,
  };
}

/** The page's repositories, in order. */
export async function findPage<Row extends object>(
  lists: Lists,
  wish: PageWish,
  bounds: Bounds,
): Promise<readonly Row[]> {
  const { db } = lists;
  if (wish.matching.length === 0) return await followRepos<Row>(db, wish, undefined);
  if (wish.facets.length === 0 && wish.search === undefined)
    return await findByOwnIndexes<Row>(lists, wish, bounds);
  const beliefs = await believe(lists, wish);
  const paths: Paths<Row> = {
    facet: async (most) =>
      await gatherFacet<Row>(lists, wish, { most, first: bounds.first, share: beliefs.words }),
    search: async (most) => await gatherSearch<Row>(lists, wish, { beliefs, most, first: bounds.first }),
    follow: async (most) => await follow<Row>(lists, wish, most),
  };
  const patient = patientlyOf(bounds, wish, beliefs);
  for (const way of waysOf(beliefs, wish.limit, patient)) {
    const found = await paths[way](patient[way === 'follow' ? 'followed' : way]);
    if (found !== undefined) return found;
  }
  return (await paths[lastWayOf(beliefs, wish.limit)](undefined)) ?? [];
}

/** Each gives the page, or nothing where it is not found within the bound. */
type Paths<Row> = Readonly<Record<Way, (most: number | undefined) => Promise<readonly Row[] | undefined>>>;

/** How many times more narrow rows are followed than repositories, for less. */
const NARROWER = 6;
/** How much longer gathering is tried where several things are asked for: following the order rarely meets them all. */
const PATIENCE = 3;

function patientlyOf(bounds: Bounds, { facets, search, limit }: PageWish, beliefs: Beliefs): Bounds {
  const several = facets.length + (search === undefined ? 0 : 1) > 1;
  return {
    ...bounds,
    facet: bounds.facet * (several ? PATIENCE : 1),
    followed: patienceOf(beliefs, limit, bounds.followed * (beliefs.narrow ? NARROWER : 1)),
  };
}

/** Where nothing narrow tells of what is asked for. */
async function findByOwnIndexes<Row extends object>(
  { db }: Lists,
  wish: PageWish,
  { search: most, first }: Bounds,
): Promise<readonly Row[]> {
  const source = repoSource([...wish.within, ...wish.matching], wish.order);
  const found = isFew(await estimate(db, source), most)
    ? (await gather<Row>(db, wish, { source, others: [], most, first })).rows
    : undefined;
  return found ?? (await followRepos<Row>(db, wish, undefined));
}

async function gatherSearch<Row extends object>(
  { db }: Lists,
  wish: PageWish,
  how: { readonly beliefs: Beliefs; readonly most: number | undefined; readonly first: number },
): Promise<readonly Row[] | undefined> {
  const { weighed } = how.beliefs;
  if (weighed === undefined) return undefined;
  return (await gather<Row>(db, wish, { ...how, source: weighed.source, others: [] })).rows;
}

async function gatherFacet<Row extends object>(
  { db, counts }: Lists,
  wish: PageWish,
  how: { readonly most: number | undefined; readonly first: number; readonly share: number },
): Promise<readonly Row[] | undefined> {
  const [facet] = counts.sort(wish.facets);
  if (facet === undefined) return undefined;
  const source = facetSource(facet, wish.order);
  const others = wish.facets.filter((other) => other !== facet);
  const known = counts.countedOf(facet);
  const found = await gather<Row>(db, wish, { ...how, source, others, known });
  if (found.rows === undefined) counts.noteEstimate(facet, Math.max(found.gathered, counts.countOf(facet)));
  else if (known === undefined) counts.noteCounted(facet, found.gathered);
  return found.rows;
}

/** Follows the order, no further than `most`; `undefined` where it did not meet enough by then. */
async function follow<Row extends object>(
  { db }: Lists,
  wish: PageWish,
  most: number | undefined,
): Promise<readonly Row[] | undefined> {
  if (most === undefined) return await followRepos<Row>(db, wish, most);
  const rows = isToldBySets(wish)
    ? await followSets<Row>(db, wish, most)
    : await followRepos<Row>(db, wish, most);
  return rows.length < wish.limit ? undefined : rows;
}
