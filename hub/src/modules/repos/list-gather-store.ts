// Gathers a page from narrow rows. They only propose: each repository of a page is itself checked for everything that was
// asked and for who may see it.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { allOf, type Condition } from './list-filter-store.ts';
import { firstOf, inOrder, inRoughOrder, mayBeBehind } from './list-order-store.ts';
import { type Source } from './list-source-store.ts';
import { isInPage, type PageWish } from './list-wish-store.ts';
import { type RepoTables } from './tables.ts';

/** What to gather. */
export interface Gathering {
  readonly source: Source;
  /** Facets that the signature can rule out. */
  readonly others: readonly string[];
  readonly most: number | undefined;
  readonly first: number;
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

/** Gathers, and looks the first ones up; then more, and then all, where those were not enough. */
export async function gather<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  how: Gathering,
): Promise<Gathered<Row>> {
  // What stands in order already is looked up one by one, no more than needed.
  const isSure = how.others.length === 0 && wish.search === undefined;
  const some = wish.order.graded || isSure ? [how.first, how.first * MORE] : [how.first * MORE];
  for (const first of some) {
    const found = await lookUp<Row>(db, wish, { ...how, first });
    const { gathered } = found;
    if (how.most !== undefined && gathered > how.most) return { gathered, rows: undefined };
    if (found.rows.length >= wish.limit || !found.partial) return found;
  }
  return await lookUp<Row>(db, wish, { ...how, first: undefined });
}

type Answer<Row> = {
  readonly gathered: number;
  readonly likely: number;
  readonly found: boolean | null;
} & Row;

async function lookUp<Row extends object>(
  db: Kysely<RepoTables>,
  wish: PageWish,
  { source, others, most, first }: Omit<Gathering, 'first'> & { readonly first: number | undefined },
): Promise<{ gathered: number; partial: boolean; rows: readonly Row[] }> {
  const { order } = wish;
  const likely = allOf(likelyOf(wish, others));
  const conditions = [...wish.within, ...isInPage(wish), ...wish.matching, wish.visible];
  // Grades tell which to look up, and not in which order. Reading a narrow index twice costs less than keeping it.
  const kept = source.narrow && !order.graded ? sql`not materialized` : sql`materialized`;
  const narrower = sql.join(source.narrow ? narrowLookUps(wish, others) : [], sql` `);
  // Each is looked up by its id, whatever the statistics let the planner believe of how many there are.
  const { rows } = await sql<Answer<Row>>`
    with gathered as ${kept} (${source.query} ${most === undefined ? sql`` : sql`limit ${most + 1}`})
    select c.gathered, c.likely, page.*
      from (select count(*)::integer as gathered, count(*) filter (where ${likely})::integer as likely
              from gathered f) as c
      left join lateral (
        select true as found, ${wish.columns}
          from (${firstOf(sql`from gathered f where ${likely}`, order, first)}) as f ${narrower} cross join lateral (
            select * from repos.repo r where r.id = f.id and ${allOf(conditions)} offset 0) as r
         where c.gathered <= ${most ?? NO_BOUND}
         order by ${order.graded ? inOrder(order) : inRoughOrder(order)} limit ${wish.limit}) as page on true`.execute(
    db,
  );
  const { gathered, likely: many } = rows[0] ?? { gathered: 0, likely: 0 };
  return {
    gathered,
    partial: first !== undefined && many > first,
    rows: rows.filter((row) => row.found !== null),
  };
}

const NO_BOUND = 2 ** 31 - 1;

/** What else is asked for is looked up in narrow rows first: the signature lets some pass that lack it. */
function narrowLookUps({ search }: PageWish, others: readonly string[]): readonly RawBuilder<unknown>[] {
  const ofFacets = others.map(
    (facet) => sql`cross join lateral (
      select from repos.facet where key = repos.facet_key(${facet}) and repo_id = f.id offset 0)`,
  );
  if (search === undefined) return ofFacets;
  const ofSearch = sql`cross join lateral (
    select from repos.searched where repo_id = f.id and ${search.matching} offset 0)`;
  return [...ofFacets, ofSearch];
}

/** What of the gathered can be told to be in vain without looking it up. */
function likelyOf({ order, from, onlyOpen }: PageWish, others: readonly string[]): readonly Condition[] {
  return [
    ...(from === undefined ? [] : [mayBeBehind(order, from)]),
    ...(onlyOpen ? [sql<boolean>`not f.hidden`] : []),
    ...(others.length === 0 ? [] : [hasAll(others)]),
  ];
}

function hasAll(facets: readonly string[]): Condition {
  const keys = sql`array(select repos.facet_key(facet) from unnest(${facets}::text[]) as facet)`;
  return sql`f.signature & (select repos.facet_signature(${keys})) = (select repos.facet_signature(${keys}))`;
}
