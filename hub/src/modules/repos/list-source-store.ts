// Where a list can be gathered from: rows that hold what lists are sorted by, of repositories that may belong to it.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { type FacetCounts } from './facet-counts.ts';
import { allOf, type Part, type Search } from './list-filter-store.ts';
import { type Order } from './list-order-store.ts';
import { type PageWish } from './list-wish-store.ts';
import { type RepoTables } from './tables.ts';

/** Where pages are found. */
export interface Lists {
  readonly db: Kysely<RepoTables>;
  readonly counts: FacetCounts;
}

/** Where rows of `id`, `value`, `hidden` and `signature` come from. */
export interface Source {
  /** May be limited. */
  readonly query: RawBuilder<unknown>;
  /** All of it lies in one narrow index, in a row. */
  readonly narrow: boolean;
}

/**
 * All repositories with a facet, out of one index, in the direction of the list: of those that share a value, as most do that nobody
 * likes or loads, the first of the list come first, and each one behind is put aside at a glance. The other way round each would
 * take the place of one before it, which cost more than reading the index.
 */
export function facetSource(facet: string, { column, ascending }: Order): Source {
  const direction = ascending ? sql`asc` : sql`desc`;
  const query = sql`select repo_id as id, ${column} as value, hidden, signature from repos.facet
    where key = repos.facet_key(${facet}) order by key ${direction}, repo_id ${direction}`;
  return { query, narrow: true };
}

/** All repositories that match a search; the indexes are asked for some parts of it alone, if they are given. */
export function searchSource(search: Search, { column }: Order, some?: readonly Part[]): Source {
  const indexed = some === undefined ? search.matching : search.hasSome(some);
  const query = sql`select repo_id as id, ${column} as value, hidden, -1::bigint as signature
    from (select * from repos.searched where ${indexed} offset 0) as s
    where ${some === undefined ? sql`true` : search.matching}`;
  return { query, narrow: false };
}

/** Joins a narrow row `f` with what is searched for: only what matches remains. */
export function lookedUpInSearched({ matching }: Search): RawBuilder<unknown> {
  return sql`cross join lateral (
    select from repos.searched where repo_id = f.id and ${matching} offset 0)`;
}

/** All whose narrow rows are within ranges. */
export function rangeSource({ ofType, ranges, order }: PageWish): Source {
  const query = sql`select repo_id as id, ${order.column} as value, hidden, -1::bigint as signature
    from repos.ordered where ${allOf([ofType, ...ranges])}`;
  return { query, narrow: false };
}

/** What the database's planner expects. */
export interface Estimate {
  readonly rows: number;
  readonly cost: number;
}

/** What a source holds and costs, as far as the database's statistics tell. */
export async function estimate(db: Kysely<RepoTables>, { query }: Pick<Source, 'query'>): Promise<Estimate> {
  const { rows } = await sql<{
    'QUERY PLAN': readonly [{ Plan: Plan }];
  }>`explain (format json) ${query}`.execute(db);
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  return { rows: plan?.['Plan Rows'] ?? 0, cost: plan?.['Total Cost'] ?? 0 };
}

interface Plan {
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
}

/** What the planner reckons for a row that is fetched from anywhere. */
const FETCH_COST = 4;
/** How many times fewer must match for gathering to be the better way at any cost of finding them. */
const CERTAIN = 2;

/** Whether gathering is better than following the order. */
export function isFew({ rows, cost }: Estimate, few: number): boolean {
  // What an index finds beside those that match costs as well; but among very few, following would only lose its way.
  return cost <= few * FETCH_COST || rows * CERTAIN <= few;
}

/** How many rows a query gives: as it is known by a name, or else as the database's statistics tell. */
export async function expectRows(
  { db, counts }: Lists,
  name: string,
  query: RawBuilder<unknown>,
): Promise<number> {
  if (!counts.isKnown(name)) counts.noteEstimate(name, (await estimate(db, { query })).rows);
  return counts.countOf(name);
}
