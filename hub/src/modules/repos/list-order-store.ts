// What lists are sorted by: in repositories, and in the narrow rows that lists are gathered from.
import { sql, type RawBuilder } from 'kysely';
import { type Position } from '@holdfast/kernel/page';
import { type Condition } from './list-filter-store.ts';
import { type Sort } from './model.ts';

/** The order of a list. Ids break ties. */
export interface Order {
  /** The value of a repository, under the name `r`. */
  readonly expression: RawBuilder<unknown>;
  readonly type: RawBuilder<unknown>;
  /** The column of the narrow rows. */
  readonly column: RawBuilder<unknown>;
  /** The column holds grades, most of which stand for several values. */
  readonly graded: boolean;
  readonly ascending: boolean;
}

/** Below, a grade stands for one value alone, as `repos.download_grade` has it. */
const GRADED = 16;

// What states no number counts as zero, as in the indexes and in the narrow rows.
const COLUMNS: Readonly<Record<Sort, Pick<Order, 'expression' | 'type' | 'column'>>> = {
  createdAt: { expression: sql`r.created_at`, type: sql`timestamptz`, column: sql`created_at` },
  lastModified: { expression: sql`r.last_modified`, type: sql`timestamptz`, column: sql`last_modified` },
  downloads: { expression: sql`r.downloads`, type: sql`integer`, column: sql`downloads` },
  likes: { expression: sql`r.likes`, type: sql`integer`, column: sql`likes` },
  likes30d: { expression: sql`r.likes_30d`, type: sql`integer`, column: sql`likes_30d` },
  trendingScore: { expression: sql`r.trending`, type: sql`real`, column: sql`trending` },
  num_parameters: { expression: sql`coalesce(r.parameters, 0)`, type: sql`bigint`, column: sql`parameters` },
  mainSize: { expression: sql`coalesce(r.main_size, 0)`, type: sql`bigint`, column: sql`main_size` },
  id: { expression: sql`r.id`, type: sql`text`, column: sql`repo_id` },
};

/** The order that a query asks for. */
export function orderOf(sort: Sort, ascending: boolean): Order {
  return { ...COLUMNS[sort], graded: sort === 'downloads', ascending };
}

/** `order by` this, for repositories. */
export function inOrder({ expression, ascending }: Order): RawBuilder<unknown> {
  return ascending ? sql`${expression}, r.id` : sql`${expression} desc, r.id desc`;
}

/** `order by` this, for narrow rows `f`. */
export function inRoughOrder({ ascending }: Order): RawBuilder<unknown> {
  return ascending ? sql`f.value, f.id` : sql`f.value desc, f.id desc`;
}

/** That a repository comes behind a position. */
export function isBehind(order: Order, { value, id }: Position): Condition {
  const compare = order.ascending ? sql`>` : sql`<`;
  return sql`(${order.expression}, r.id) ${compare} (${value}::${order.type}, ${id})`;
}

/** That a repository does not come behind a position. */
export function isNotBeyond(order: Order, { value, id }: Position): Condition {
  const compare = order.ascending ? sql`<=` : sql`>=`;
  return sql`(${order.expression}, r.id) ${compare} (${value}::${order.type}, ${id})`;
}

/** A repository found by a narrow row that holds a grade. */
export interface Graded {
  readonly grade: number;
  /** What the grade stands for. */
  readonly exact: number;
  readonly found_id: string;
}

/** Whether a grade stands for one value alone. */
export function standsForOne({ grade }: Graded): boolean {
  return grade < GRADED;
}

/** Compares for sorting, as `inOrder` has it. */
export function compareGraded(a: Graded, b: Graded, { ascending }: Order): number {
  const direction = a.exact - b.exact || (a.found_id < b.found_id ? -1 : 1);
  return ascending ? direction : -direction;
}

/** That a narrow row may come behind a position, in words that an index serves. */
export function startsAt(order: Order, { value, id }: Position): Condition {
  const compare = order.ascending ? sql`>` : sql`<`;
  if (!order.graded) return sql`(${order.column}, repo_id) ${compare} (${value}::${order.type}, ${id})`;
  return sql`${order.column} ${compare}= repos.download_grade(${value}::${order.type})`;
}

/** That a narrow row, which holds no grade, does not come behind a position, in words that an index serves. */
export function endsAt({ column, type, ascending }: Order, { value, id }: Position): Condition {
  const compare = ascending ? sql`<=` : sql`>=`;
  return sql`(${column}, repo_id) ${compare} (${value}::${type}, ${id})`;
}

/** That a narrow row `f` may come behind a position; none that does is left out. */
export function mayBeBehind(order: Order, { value, id }: Position): Condition {
  const compare = order.ascending ? sql`>` : sql`<`;
  if (!order.graded) return sql`(f.value, f.id) ${compare} (${value}::${order.type}, ${id})`;
  const grade = sql`repos.download_grade(${value}::${order.type})`;
  return sql`(f.value ${compare} ${grade}
    or f.value = ${grade} and (f.value >= ${GRADED} or f.id ${compare} ${id}))`;
}

/**
 * The first of narrow rows `f`, in order; all of them where no count is given. Where a grade ends them, all that share it
 * are among them: each that is left out comes behind each that is not.
 */
export function firstOf(
  rows: RawBuilder<unknown>,
  order: Order,
  count: number | undefined,
): RawBuilder<unknown> {
  const sorted = sql`${rows} order by ${inRoughOrder(order)}`;
  if (count === undefined) return sql`select f.id, f.value ${sorted}`;
  if (!order.graded) return sql`select f.id, f.value ${sorted} limit ${count}`;
  const compare = order.ascending ? sql`<` : sql`>`;
  return sql`with last as materialized (select f.value, f.id ${sorted} offset ${count - 1} limit 1)
    select f.id, f.value ${rows} and (not exists (select from last) or f.value ${compare} (select value from last)
      or f.value = (select value from last) and (f.value >= ${GRADED} or f.id ${compare}= (select id from last)))`;
}
