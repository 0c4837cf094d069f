// Follows the order of a list until a page is full.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { allOf } from './list-filter-store.ts';
import {
  compareGraded,
  endsAt,
  inOrder,
  inRoughOrder,
  standsForOne,
  startsAt,
  type Graded,
} from './list-order-store.ts';
import { askedSets, SETS, setsLetPass } from './list-set-store.ts';
import { lookedUpInSearched } from './list-source-store.ts';
import { isInPage, type PageWish } from './list-wish-store.ts';
import { type RepoTables } from './tables.ts';

/** Looks at one repository after the other, at `most` of them. */
export async function followRepos<Row>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  most: number,
): Promise<readonly Row[]> {
  const inner = [...wish.within, ...isInPage(wish)];
  const outer = [...wish.matching, wish.visible];
  const { rows } = await sql<Row>`
    select ${wish.columns}
      from (select * from repos.repo r where ${allOf(inner)} order by ${inOrder(wish.order)} limit ${most}) as r
     where ${allOf(outer)} order by ${inOrder(wish.order)} limit ${wish.limit}`.execute(db);
  return rows;
}

/** Looks at one narrow row after the other, at `most` of them, and only at the repositories that the sets let pass. */
export async function followSets<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  most: number,
): Promise<readonly Row[]> {
  const { order, columns, limit } = wish;
  const direction = order.ascending ? sql`asc` : sql`desc`;
  const first = sql`${narrowRows(wish)} order by ${order.column} ${direction}, repo_id ${direction} limit ${most}`;
  const plan = { from: passing(wish, first), columns, limit };
  return order.graded ? await pageOfGrades<Row>(db, wish, plan) : await pageOf<Row>(db, wish, plan);
}

/** So many behind a page mostly tell that no more share the grade of its last one. */
const BEHIND = 12;

/** Grades tell where the page ends; the numbers themselves tell what of its last grade belongs to it. */
async function pageOfGrades<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  plan: PagePlan,
): Promise<readonly Row[]> {
  const { order } = wish;
  const columns = sql`f.value::integer as grade, f.id as found_id, ${order.expression} as exact, ${plan.columns}`;
  const limit = wish.limit + BEHIND;
  const rough = await pageOf<Row & Graded>(db, wish, { ...plan, columns, limit });
  const [edge, last] = [rough[wish.limit - 1], rough.at(-1)];
  if (edge === undefined || last === undefined) return [];
  if (standsForOne(edge) || (rough.length === limit && last.grade !== edge.grade))
    return rough.toSorted((a, b) => compareGraded(a, b, order)).slice(0, wish.limit);
  const ids = sql`select unnest(${rough.map((row) => row.found_id)}::text[]) as id`;
  const sharing = sql`${narrowRows(wish)} and ${order.column} = ${edge.grade}`;
  const from = sql`(${ids} union select f.id from ${passing(wish, sharing)}) as f`;
  return await pageOf<Row>(db, wish, { ...plan, from, inNoOrder: true });
}

interface PagePlan {
  /** Narrow rows `f`. */
  readonly from: RawBuilder<unknown>;
  readonly columns: RawBuilder<unknown>;
  readonly limit: number;
  readonly inNoOrder?: boolean;
}

/** The page of the repositories of narrow rows, each looked up by its id. */
async function pageOf<Row>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  { from, columns, limit, inNoOrder = false }: PagePlan,
): Promise<readonly Row[]> {
  const { order, search } = wish;
  const conditions = [...wish.within, ...isInPage(wish), ...wish.matching, wish.visible];
  const { rows } = await sql<Row>`
    with ${askedSets(wish)}
    select ${columns} from ${from} ${search === undefined ? sql`` : lookedUpInSearched(search)}
      cross join lateral (select * from repos.repo r where r.id = f.id and ${allOf(conditions)} offset 0) as r
     order by ${inNoOrder ? inOrder(order) : inRoughOrder(order)} limit ${limit}`.execute(db);
  return rows;
}

function narrowRows({ order, ofType, from, until }: PageWish): RawBuilder<unknown> {
  const within = [
    ...(from === undefined ? [] : [startsAt(order, from)]),
    ...(until === undefined ? [] : [endsAt(order, until)]),
  ];
  return sql`select repo_id as id, ${order.column} as value, hidden, ${SETS} from repos.ordered
    where ${allOf([ofType, ...within])}`;
}

/** Of narrow rows those that the sets let pass. */
function passing(wish: PageWish, rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select * from (${rows}) as f where ${setsLetPass(wish)}) as f`;
}
