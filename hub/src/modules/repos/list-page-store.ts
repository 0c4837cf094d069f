// How a page of a list is found without reading in proportion to the hub. Where many match, following the order soon
// meets enough of them; where few match, they are gathered by an index of the filter and then put into order. The
// database's statistics say which it is; each way has a bound, so that what they did not know costs no more than both.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { allOf, type Condition } from './list-filter-store.ts';
import { type RepoTables } from './tables.ts';

/** The order of a list. */
export interface Order {
  /** What is sorted by; ids break ties. */
  readonly expression: RawBuilder<unknown>;
  readonly ascending: boolean;
}

/** A page to find. */
export interface PageWish {
  /** What is asked of each repository, of the table under the name `r`. */
  readonly columns: RawBuilder<unknown>;
  readonly order: Order;
  /** What an index of the order serves: the type, and where the page begins. */
  readonly within: readonly Condition[];
  /** What the list is narrowed to. */
  readonly matching: readonly Condition[];
  readonly visible: Condition;
  /** That many match, whatever the statistics tell. */
  readonly frequent: boolean;
  readonly limit: number;
}

/**
 * How many matches both ways cost the same for a page of one, in a hub of about a million: the square root of its size.
 * For larger pages and other sizes it grows with the root as well, and no hub is so far from it that it matters.
 */
const BALANCE = 800;
/** How many times as many are followed as would be gathered before the other way is tried. */
const PATIENCE = 2;
/** What the database's planner reckons for a row that is fetched from anywhere. */
const FETCH_COST = 4;

type Tables = Kysely<RepoTables>;

/** How many matches are few, for a page of so many: gathering them costs what following the order would. */
export function fewFor(limit: number): number {
  return Math.ceil(BALANCE * Math.sqrt(limit));
}

/** The page's repositories, in order; `few` as above. */
export async function findPage<Row>(db: Tables, wish: PageWish, few: number): Promise<readonly Row[]> {
  if (wish.matching.length === 0) return await order<Row>(db, wish);
  const ways = [follow<Row>, gather<Row>];
  if (!wish.frequent && (await areFew(db, wish, few))) ways.reverse();
  for (const way of ways) {
    const found = await way(db, wish, few);
    if (found !== undefined) return found;
  }
  return await order<Row>(db, wish);
}

/** Whether gathering is the way to begin with, as far as the statistics tell. */
async function areFew(db: Tables, { within, matching }: PageWish, few: number): Promise<boolean> {
  const { rows } = await sql<{ 'QUERY PLAN': readonly [{ Plan: Estimate }] }>`
    explain (format json) select from repos.repo where ${allOf([...within, ...matching])}`.execute(db);
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (plan === undefined) return true;
  // What an index finds beside those that match costs as well; but among very few, following would only lose its way.
  return plan['Total Cost'] <= few * FETCH_COST || plan['Plan Rows'] * PATIENCE <= few;
}

interface Estimate {
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
}

/** Follows the order; `undefined` where it did not meet enough soon. */
async function follow<Row>(db: Tables, wish: PageWish, few: number): Promise<readonly Row[] | undefined> {
  const { rows } = await sql<Row>`
    select ${wish.columns} from (
      select * from repos.repo where ${allOf(wish.within)} order by ${directed(wish.order)}
       limit ${few * PATIENCE}) as r
     where ${allOf([...wish.matching, wish.visible])}
     order by ${directed(wish.order)} limit ${wish.limit}`.execute(db);
  return rows.length < wish.limit ? undefined : rows;
}

/** Gathers all that match and puts them into order; `undefined` where they are many. */
async function gather<Row>(db: Tables, wish: PageWish, few: number): Promise<readonly Row[] | undefined> {
  const { expression, ascending } = wish.order;
  const direction = ascending ? sql`asc` : sql`desc`;
  const { rows } = await sql<Row & { readonly gathered: number }>`
    with found as materialized (
      select id, ${expression} as value from repos.repo
       where ${allOf([...wish.within, ...wish.matching, wish.visible])} limit ${few + 1}),
    page as materialized (
      select id as page_id, value from found order by value ${direction}, id ${direction} limit ${wish.limit})
    select ${wish.columns}, (select count(*) from found) as gathered
      from page join repos.repo r on r.id = page.page_id
     order by page.value ${direction}, page.page_id ${direction}`.execute(db);
  return (rows[0]?.gathered ?? 0) > few ? undefined : rows;
}

/** Leaves the way to the database, and has no bound. */
async function order<Row>(db: Tables, wish: PageWish): Promise<readonly Row[]> {
  const { rows } = await sql<Row>`
    select ${wish.columns} from repos.repo r
     where ${allOf([...wish.within, ...wish.matching, wish.visible])}
     order by ${directed(wish.order)} limit ${wish.limit}`.execute(db);
  return rows;
}

function directed({ expression, ascending }: Order): RawBuilder<unknown> {
  const direction = ascending ? sql`asc` : sql`desc`;
  return sql`${expression} ${direction}, id ${direction}`;
}
