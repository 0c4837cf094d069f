// How a page of a list is found without reading in proportion to the hub. Where few match, all of them are gathered from
// narrow rows, and the first of them are looked up; where many match, following the order soon meets enough of them. Each
// way has a bound, so that not knowing which it is costs no more than all of them; where none leads to a full page, it ends
// early, and the next one goes on.
import { believe, type Beliefs } from './list-belief-store.ts';
import { followRepos, followSets } from './list-follow-store.ts';
import { gather } from './list-gather-store.ts';
import { findPart, followPart, type Found } from './list-part-store.ts';
import { isListed, patienceOf, waysOf, type Way, type WayBounds } from './list-plan.ts';
import { isToldBySets } from './list-set-store.ts';
import { estimate, facetSource, isFew, rangeSource, type Lists } from './list-source-store.ts';
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

/** The page's repositories, in order; fewer than it may hold where the list ends, or goes on behind what was looked at. */
export async function findPage<Row extends object>(
  lists: Lists,
  wish: PageWish,
  bounds: Bounds,
): Promise<Found<Row>> {
  const { db } = lists;
  const { followed } = bounds;
  const within = wish.ranges.length > 0 ? await gatherRanges<Row>(lists, wish, bounds) : undefined;
  if (within !== undefined) return { rows: within };
  if (wish.facets.length === 0 && wish.search === undefined) return await followPart<Row>(db, wish, followed);
  const rows = await findWhole<Row>(lists, wish, bounds);
  if (rows !== undefined) return { rows };
  return await findPart<Row>(db, wish, { repos: followed, narrow: followed * NARROWER });
}

/** The page of facets and words, unless every way to it has more to look at than its bound. */
async function findWhole<Row extends object>(
  lists: Lists,
  wish: PageWish,
  bounds: Bounds,
): Promise<readonly Row[] | undefined> {
  const beliefs = await believe(lists, wish);
  const paths: Paths<Row> = {
    facet: async (most) =>
      await gatherFacet<Row>(lists, wish, { most, first: bounds.first, share: beliefs.words }),
    search: async (most) => await gatherSearch<Row>(lists, wish, { beliefs, most, first: bounds.first }),
    follow: async (most) => await follow<Row>(lists, wish, most),
  };
  const patient = patientlyOf(bounds, wish, beliefs);
  const ways = waysOf(beliefs, wish.limit, patient);
  if (!ways.includes('search') && isListed(beliefs)) ways.push('search');
  for (const way of ways) {
    const found = await paths[way](patient[way === 'follow' ? 'followed' : way]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Each gives the page, or nothing where it is not found within the bound. */
type Paths<Row> = Readonly<Record<Way, (most: number) => Promise<readonly Row[] | undefined>>>;

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

/** Where few are within the ranges, which are no facets, those are looked up. */
async function gatherRanges<Row extends object>(
  { db }: Lists,
  wish: PageWish,
  { search: most, first }: Bounds,
): Promise<readonly Row[] | undefined> {
  const source = rangeSource(wish);
  if (!isFew(await estimate(db, source), most)) return undefined;
  return (await gather<Row>(db, wish, { source, others: [], most, first })).rows;
}

async function gatherSearch<Row extends object>(
  { db }: Lists,
  wish: PageWish,
  how: { readonly beliefs: Beliefs; readonly most: number; readonly first: number },
): Promise<readonly Row[] | undefined> {
  const { weighed } = how.beliefs;
  if (weighed === undefined) return undefined;
  return (await gather<Row>(db, wish, { ...how, source: weighed.source, others: [] })).rows;
}

async function gatherFacet<Row extends object>(
  { db, counts }: Lists,
  wish: PageWish,
  how: { readonly most: number; readonly first: number; readonly share: number },
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
  most: number,
): Promise<readonly Row[] | undefined> {
  const rows = isToldBySets(wish)
    ? await followSets<Row>(db, wish, most)
    : await followRepos<Row>(db, wish, most);
  return rows.length < wish.limit ? undefined : rows;
}
