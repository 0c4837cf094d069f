// How a page of a list is found without reading in proportion to the hub. Where few match, all of them are gathered from
// narrow rows, and the first of them are looked up; where many match, following the index of the order soon meets enough
// of them. Each way has a bound, so that not knowing which it is costs no more than both.
import { sql, type Kysely } from 'kysely';
import { type FacetCounts } from './facet-counts.ts';
import { allOf } from './list-filter-store.ts';
import { gather } from './list-gather-store.ts';
import { inOrder, type Order } from './list-order-store.ts';
import { weighSearch, type Weighed } from './list-search-store.ts';
import { estimate, facetSource, isFew, repoSource } from './list-source-store.ts';
import { isInPage, type PageWish } from './list-wish-store.ts';
import { type RepoTables } from './tables.ts';

/** How many are looked at on each way before another one is tried. */
export interface Bounds {
  /** Repositories with a facet. */
  readonly facet: number;
  /** Repositories that a search matches. */
  readonly search: number;
  /** Repositories in the order of the list. */
  readonly followed: number;
  /** Narrow rows whose repositories are looked up at first. */
  readonly first: number;
}

/** Where pages are found. */
export interface Lists {
  readonly db: Kysely<RepoTables>;
  readonly counts: FacetCounts;
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
  if (wish.matching.length === 0) return await follow<Row>(db, wish, undefined);
  const most = bounds.search;
  const search = wish.search && (await weighSearch(db, wish.search, { order: wish.order, most }));
  return (
    (await gatherSearch<Row>(db, wish, { search, most, first: bounds.first })) ??
    (await gatherFew<Row>(lists, wish, bounds)) ??
    (await followSome<Row>(db, wish, bounds.followed)) ??
    (await gatherAll<Row>(lists, wish, { search, first: bounds.first }))
  );
}

async function gatherSearch<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  { search, most, first }: { search: Weighed | undefined; most: number; first: number },
): Promise<readonly Row[] | undefined> {
  if (search?.few !== true) return undefined;
  return (await gather<Row>(db, wish, { source: search.source, others: [], most, first })).rows;
}

async function gatherFew<Row extends object>(
  lists: Lists,
  wish: PageWish,
  bounds: Bounds,
): Promise<readonly Row[] | undefined> {
  const { db, counts } = lists;
  const { facets, search, within, matching } = wish;
  const most = bounds.facet * patienceOf(wish);
  for (const facet of facets) if (!counts.isKnown(facet)) await noteEstimate(lists, facet, wish.order);
  const [rarest] = counts.sort(facets);
  if (rarest !== undefined && counts.countOf(rarest) <= most) {
    const found = await gatherFacet<Row>(lists, wish, { facet: rarest, most, first: bounds.first });
    if (found !== undefined) return found;
  }
  if (facets.length > 0 || search !== undefined) return undefined;
  const source = repoSource([...within, ...matching], wish.order);
  if (!isFew(await estimate(db, source), bounds.search)) return undefined;
  return (await gather<Row>(db, wish, { source, others: [], most: bounds.search, first: bounds.first })).rows;
}

/** What finding one by a search costs, in rows of a facet: its index lists many that only look like a match. */
const SEARCH_COST = 8;

/** The last way. It reads in proportion to what matches, and where nothing narrow tells what that is, to the hub. */
async function gatherAll<Row extends object>(
  lists: Lists,
  wish: PageWish,
  { search, first }: { search: Weighed | undefined; first: number },
): Promise<readonly Row[]> {
  const { db, counts } = lists;
  const [facet] = counts.sort(wish.facets);
  const most = undefined;
  if (facet !== undefined && (search === undefined || search.rows * SEARCH_COST > counts.countOf(facet)))
    return (await gatherFacet<Row>(lists, wish, { facet, most, first })) ?? [];
  if (search === undefined) return await follow<Row>(db, wish, undefined);
  return (await gather<Row>(db, wish, { source: search.source, others: [], most, first })).rows ?? [];
}

async function gatherFacet<Row extends object>(
  { db, counts }: Lists,
  wish: PageWish,
  how: { readonly facet: string; readonly most: number | undefined; readonly first: number },
): Promise<readonly Row[] | undefined> {
  const source = facetSource(how.facet, wish.order);
  const others = wish.facets.filter((facet) => facet !== how.facet);
  const found = await gather<Row>(db, wish, { ...how, source, others });
  if (found.rows !== undefined) counts.note(how.facet, found.gathered);
  else counts.note(how.facet, Math.max(found.gathered, counts.countOf(how.facet)));
  return found.rows;
}

async function noteEstimate({ db, counts }: Lists, facet: string, order: Order): Promise<void> {
  counts.note(facet, (await estimate(db, facetSource(facet, order))).rows);
}

/** How much longer gathering is tried where several things are asked for: following the order rarely meets them all. */
function patienceOf({ facets, search }: PageWish): number {
  return facets.length + (search === undefined ? 0 : 1) > 1 ? 3 : 1;
}

/** Follows the order, no further than `most`; `undefined` where it did not meet enough by then. */
async function followSome<Row>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  most: number,
): Promise<readonly Row[] | undefined> {
  const rows = await follow<Row>(db, wish, most);
  return rows.length < wish.limit ? undefined : rows;
}

async function follow<Row>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  most: number | undefined,
): Promise<readonly Row[]> {
  const inner = [...wish.within, ...isInPage(wish)];
  const outer = [...wish.matching, wish.visible];
  const from =
    most === undefined
      ? sql`repos.repo r where ${allOf([...inner, ...outer])}`
      : sql`(select * from repos.repo r where ${allOf(inner)} order by ${inOrder(wish.order)} limit ${most}) as r
          where ${allOf(outer)}`;
  const { rows } = await sql<Row>`
    select ${wish.columns} from ${from} order by ${inOrder(wish.order)} limit ${wish.limit}`.execute(db);
  return rows;
}
