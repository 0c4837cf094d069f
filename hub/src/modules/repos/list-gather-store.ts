// Gathers a page from narrow rows. They only propose: each repository of a page is itself checked for everything that was
// asked and for who may see it.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { allOf, type Condition } from './list-filter-store.ts';
import { firstOf, inOrder, inRoughOrder, mayBeBehind } from './list-order-store.ts';
import { askedSets, isOfSureWords, lookedUpInSets } from './list-set-store.ts';
import { lookedUpInSearched, type Source } from './list-source-store.ts';
import { isInPage, type PageWish } from './list-wish-store.ts';
import { type RepoTables } from './tables.ts';

/** What to gather. */
export interface Gathering {
  readonly source: Source;
  /** Facets that the signature can rule out. */
  readonly others: readonly string[];
  readonly most: number | undefined;
  readonly first: number;
  /** Which part of those that are likely is believed to match. */
  readonly share?: number;
  /** How many the source held when they were counted, not long ago. */
  readonly known?: number | undefined;
}

/** What was gathered. */
export interface Gathered<Row> {
  /** How many the source holds, or one more than may be gathered. */
  readonly gathered: number;
  /** The page, unless there were too many. */
  readonly rows: readonly Row[] | undefined;
}

/** How many times more are looked up where the first ones were not enough. */
const MORE = 16;
/** How many are looked up for one that matches, at most. */
const MOST_FOR_ONE = 100;

/** Gathers, and looks the first ones up; then more, and then all, where those were not enough. */
export async function gather<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  how: Gathering,
): Promise<Gathered<Row>> {
  // What stands in order already is looked up one by one, no more than needed.
  const isSure = how.others.length === 0 && wish.search === undefined;
  const first = Math.ceil(how.first / Math.max(how.share ?? 1, 1 / MOST_FOR_ONE));
  const [some, ...more] =
    wish.order.graded || isSure ? ([first, first * MORE] as const) : ([first * MORE] as const);
  // Counting reads all of the source once more, and tells only what is known.
  const isKnown = how.known !== undefined && how.known > some && how.known <= (how.most ?? how.known);
  if (isKnown) {
    const rows = await pageUncounted<Row>(db, wish, { ...how, most: undefined, first: some });
    if (rows.length >= wish.limit) return { gathered: how.known, rows };
  }
  for (const count of [...(isKnown ? [] : [some, ...more]), undefined]) {
    const found = await lookUp<Row>(db, wish, { ...how, first: count });
    const { gathered } = found;
    if (how.most !== undefined && gathered > how.most) return { gathered, rows: undefined };
    if (found.rows.length >= wish.limit || !found.partial) return found;
  }
  throw new Error('what was looked up as a whole is whole');
}

async function pageUncounted<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  how: LookUp,
): Promise<readonly Row[]> {
  const page = pageOf(wish, how, { mark: sql``, when: sql`true` });
  const { rows } = await sql<Row>`with ${gatheredBy(wish, how)} ${page}`.execute(db);
  return rows;
}

type Answer<Row> = {
  readonly gathered: number;
  readonly likely: number;
  readonly found: boolean | null;
} & Row;

type LookUp = Pick<Gathering, 'source' | 'others' | 'most'> & { readonly first: number | undefined };

async function lookUp<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  how: LookUp,
): Promise<{ gathered: number; partial: boolean; rows: readonly Row[] }> {
  const { most, first } = how;
  const { rows } = await sql<Answer<Row>>`
    with ${gatheredBy(wish, how)}
    select c.gathered, c.likely, page.*
      from (select count(*)::integer as gathered, count(*) filter (where ${likelyOf(wish, how.others)})::integer as likely
              from gathered f) as c
      left join lateral (${pageOf(wish, how, { mark: sql`true as found,`, when: sql`c.gathered <= ${most ?? NO_BOUND}` })})
        as page on true`.execute(db);
  const { gathered, likely: many } = rows[0] ?? { gathered: 0, likely: 0 };
  return {
    gathered,
    partial: first !== undefined && many > first,
    rows: rows.filter((row) => row.found !== null),
  };
}

const NO_BOUND = 2 ** 31 - 1;

function gatheredBy(wish: PageWish, { source, most }: LookUp): RawBuilder<unknown> {
  // Grades tell which to look up, and not in which order. Reading a narrow index twice costs less than keeping it.
  const kept = source.narrow && !wish.order.graded ? sql`not materialized` : sql`materialized`;
  return sql`${askedSets(wish)}, gathered as ${kept} (${source.query} ${most === undefined ? sql`` : sql`limit ${most + 1}`})`;
}

/** The page out of what was gathered. Each is looked up by its id, whatever the planner believes of how many there are. */
function pageOf(
  wish: PageWish,
  { source, others, first }: LookUp,
  { mark, when }: { readonly mark: RawBuilder<unknown>; readonly when: Condition },
): RawBuilder<unknown> {
  const { order } = wish;
  const conditions = [...wish.within, ...isInPage(wish), ...wish.matching, wish.visible];
  const narrower = sql.join(source.narrow ? narrowLookUps(wish) : [], sql` `);
  return sql`
    select ${mark} ${wish.columns}
      from (${firstOf(sql`from gathered f where ${likelyOf(wish, others)}`, order, first)}) as f ${narrower}
        cross join lateral (select * from repos.repo r where r.id = f.id and ${allOf(conditions)} offset 0) as r
     where ${when}
     order by ${order.graded ? inOrder(order) : inRoughOrder(order)} limit ${wish.limit}`;
}

/** Words are looked up in narrow rows first, and in their sets before. */
function narrowLookUps(wish: PageWish): readonly RawBuilder<unknown>[] {
  if (wish.search === undefined) return [];
  return [...(isOfSureWords(wish) ? [lookedUpInSets(wish)] : []), lookedUpInSearched(wish.search)];
}

/** What of the gathered can be told to be in vain without looking it up. */
function likelyOf({ order, from, onlyOpen }: PageWish, others: readonly string[]): Condition {
  return allOf([
    ...(from === undefined ? [] : [mayBeBehind(order, from)]),
    ...(onlyOpen ? [sql<boolean>`not f.hidden`] : []),
    ...(others.length === 0 ? [] : [hasAll(others)]),
  ]);
}

function hasAll(facets: readonly string[]): Condition {
  const keys = sql`array(select repos.facet_key(facet) from unnest(${facets}::text[]) as facet)`;
  return sql`f.signature & (select repos.facet_signature(${keys})) = (select repos.facet_signature(${keys}))`;
}
