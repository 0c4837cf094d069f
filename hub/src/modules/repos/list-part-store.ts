// A page that ends early: where the hub would have to be read in proportion to it, the list goes on behind what was read.
import { sql, type Kysely } from 'kysely';
import { type Position } from '@holdfast/kernel/page';
import { allOf } from './list-filter-store.ts';
import { followSets } from './list-follow-store.ts';
import { inOrder, startsAt } from './list-order-store.ts';
import { isToldBySets } from './list-set-store.ts';
import { isInPage, type PageWish } from './list-wish-store.ts';
import { type RepoTables } from './tables.ts';

/** What was found of a page. */
export interface Found<Row> {
  readonly rows: readonly Row[];
  /** Where the list goes on, though the page is not full; absent where nothing comes any more. */
  readonly reached?: Position | undefined;
}

/** How far it is looked. */
export interface Steps {
  /** Narrow rows, where they tell of what is asked for and hold what is sorted by. */
  readonly narrow: number;
  /** Repositories, where they do not. */
  readonly repos: number;
}

/** The page as far as so many steps lead. */
export async function findPart<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  steps: Steps,
): Promise<Found<Row>> {
  // A grade says not where in it the steps end.
  const isNarrow = !wish.order.graded && (isToldBySets(wish) || wish.onlyOpen);
  if (!isNarrow) return await followPart<Row>(db, wish, steps.repos);
  // Found first, so that what is changed meanwhile is before or behind it in the page as well.
  const until = await findPlace(db, wish, steps.narrow);
  const part: PageWish = until === undefined ? wish : { ...wish, until };
  return { rows: await followSets<Row>(db, part, steps.narrow), reached: until };
}

async function findPlace(
  db: Kysely<RepoTables>,
  { order, ofType, from }: PageWish,
  steps: number,
): Promise<Position | undefined> {
  const direction = order.ascending ? sql`asc` : sql`desc`;
  const behind = from === undefined ? [] : [startsAt(order, from)];
  const { rows } = await sql<Position>`
    select repo_id as id, ${order.column}::text as value from repos.ordered where ${allOf([ofType, ...behind])}
     order by ${order.column} ${direction}, repo_id ${direction} offset ${steps - 1} limit 1`.execute(db);
  return rows[0];
}

type Answer<Row> = Row & {
  /** Of the page; nothing where that is empty. */
  readonly page_row: string | null;
  readonly reached_id: string | null;
  readonly reached_value: string | null;
};

/** Looks at one repository after the other, at so many; in one statement, which looks for their end only where it must. */
export async function followPart<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  steps: number,
): Promise<Found<Row>> {
  const { order, within, matching, visible, limit, columns } = wish;
  const inner = allOf([...within, ...isInPage(wish)]);
  // That the page is short is asked inside of the look for the end: joined on it, the end would be looked for each time.
  const { rows } = await sql<Answer<Row>>`
    with page as materialized (
      select *, row_number() over () as page_row from (
        select ${columns} from (select * from repos.repo r where ${inner} order by ${inOrder(order)} limit ${steps}) as r
         where ${allOf([...matching, visible])} order by ${inOrder(order)} limit ${limit}) as p)
    select page.*, place.id as reached_id, place.value as reached_value
      from (select count(*) < ${limit} as short from page) as c
      left join lateral (
        select r.id, (${order.expression})::text as value from repos.repo r where c.short and ${inner}
         order by ${inOrder(order)} offset ${steps - 1} limit 1) as place on true
      left join page on true
     order by page_row`.execute(db);
  const { reached_id: id = null, reached_value: value = null } = rows[0] ?? {};
  return {
    rows: rows.filter((row) => row.page_row !== null),
    reached: id === null ? undefined : { id, value },
  };
}
