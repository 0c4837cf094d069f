// Lists of repositories, a page at a time by keyset.
import { sql, type Kysely, type Selectable } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { decodeCursor, encodeCursor, type Page, type Position } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { cursorInvalid } from './faults.ts';
import { type FacetCounts } from './facet-counts.ts';
import {
  conditionsOf,
  facetsOf,
  isOfType,
  rangesOf,
  searchOf,
  visibleWithin,
  type Reach,
  parametersWithin,
} from './list-filter-store.ts';
import { orderOf } from './list-order-store.ts';
import { boundsFor, findPage } from './list-page-store.ts';
import { type Found } from './list-part-store.ts';
import { type PageWish } from './list-wish-store.ts';
import { type Repo, type RepoQuery } from './model.ts';
import { NONE, NOTHING_WIDE, readWide, type Wide, type WideRows } from './list-wide-store.ts';
import { toRepo } from './store.ts';
import { type RepoTables } from './tables.ts';

type Table = RepoTables['repos.repo'];
type Row = Omit<Selectable<Table>, keyof Wide> & { readonly sort_value: string };

/** What a page is found and shown by; what may be long of each is asked for once the page is known. */
const COLUMN_NAMES = (
  'id type namespace_id namespace name creator_id visibility gated created_at last_modified head likes likes_30d ' +
  'downloads downloads_all_time trending used_storage parameters main_size pipeline_tag library_name ' +
  'sdk discussions_disabled deleted_at'
).split(' ');

/**
 * A page that may be cut short: an answer need not hold all of it. Its repositories have no text, no `uses`, and a card only
 * where the query asks for it.
 */
export interface RepoPage extends Page<Repo> {
  /** The cursor that goes on behind one of the items. */
  cursorAfter(index: number): string;
}

/** What no list shows, for rows that were read without it. */
const NARROW = { text: '', uses: [], pushed_with: null, preloads_with: null, likes_30d: 0 };

/** Where a list is read, and for whom. */
export interface ListPlace {
  readonly db: Db;
  readonly counts: FacetCounts;
  readonly reach: Reach;
}

/** One page of the repositories that match and that the reach lets appear. Throws `repo.cursor-invalid`. */
export async function listRepos({ db, counts, reach }: ListPlace, query: RepoQuery): Promise<RepoPage> {
  const tables: Kysely<RepoTables> = db.withTables<RepoTables>();
  const author = query.author === undefined ? undefined : await findAuthor(tables, query.author);
  // An unknown author matches nothing.
  if (query.author !== undefined && author === undefined) return pageOf({ rows: [] }, query.limit, NONE);
  const wish = wishOf(query, { author, reach });
  const found = await findPage<Row>({ db: tables, counts }, wish, boundsFor(wish.limit));
  const rows = found.rows.slice(0, query.limit);
  const wide = await readWide(tables, rows, { cards: query.cards === true, reach });
  return pageOf(found, query.limit, wide);
}

function wishOf(query: RepoQuery, of: { author: Id | undefined; reach: Reach }): PageWish {
  const order = orderOf(query.sort, query.ascending);
  const facets = facetsOf(query, of.author);
  const ofType = isOfType(query.type);
  const columns = sql.join(COLUMN_NAMES.map((name) => sql.ref(`r.${name}`)));
  return {
    columns: sql`${columns}, (${order.expression})::text as sort_value`,
    order,
    from: query.cursor === undefined ? undefined : positionOf(query.cursor),
    type: query.type,
    ofType,
    within: [ofType, sql<boolean>`deleted_at is null`],
    matching: conditionsOf(query, of.author),
    ranges: rangesOf(query),
    facets,
    search: searchOf(query, facets),
    visible: visibleWithin(of.reach),
    onlyOpen: of.reach.namespaces.length === 0 && of.reach.repos.length === 0,
    limit: query.limit + 1,
  };
}

async function findAuthor(db: Kysely<RepoTables>, name: string): Promise<Id | undefined> {
  const row = await db
    .selectFrom('identity.name')
    .select('account_id')
    .where('key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row?.account_id;
}

function pageOf({ rows, reached }: Found<Row>, limit: number, { wide, whole }: WideRows): RepoPage {
  const first = rows.slice(0, limit);
  // Left out is what does not fit, and what is gone or hidden since the page was found.
  const page = first.filter(({ id }) => wide.has(id));
  const cursorAfter = (index: number): string => {
    return cursorOf(page[index] ?? outOfPage(index));
  };
  const items = page.map((row) => toRepo({ ...row, ...NARROW, ...(wide.get(row.id) ?? NOTHING_WIDE) }));
  if (!whole) return { items, cursorAfter, next: cursorAfter(page.length - 1) };
  if (rows.length <= limit)
    return { items, cursorAfter, ...(reached !== undefined && { next: encodeCursor(reached) }) };
  return { items, cursorAfter, next: cursorOf(first.at(-1) ?? outOfPage(0)) };
}

function cursorOf({ sort_value: value, id }: Row): string {
  return encodeCursor({ value, id });
}

/** How many repositories of each type. */
export interface RepoCounts {
  readonly numModels: number;
  readonly numDatasets: number;
  readonly numSpaces: number;
}

/** Counts the repositories of one namespace that the reach lets appear. */
export async function countRepos(db: Db, namespaceId: string, reach: Reach): Promise<RepoCounts> {
  const rows = await db
    .withTables<RepoTables>()
    .selectFrom('repos.repo')
    .select((e) => ['type', e.fn.countAll<number>().as('n')])
    .where('namespace_id', '=', namespaceId as Repo['id'])
    .where('deleted_at', 'is', null)
    .where(visibleWithin(reach))
    .groupBy('type')
    .execute();
  const of = (type: Repo['type']): number => rows.find((row) => row.type === type)?.n ?? 0;
  return { numModels: of('model'), numDatasets: of('dataset'), numSpaces: of('space') };
}

/** The thousand repositories of one namespace that occupy most, without what their cards say. */
export async function listLargest(db: Db, namespaceId: string, reach: Reach): Promise<Repo[]> {
  const columns = sql.join(COLUMN_NAMES.map((name) => sql.ref(name)));
  const { rows } = await sql<Omit<Row, 'sort_value'>>`
    select ${columns} from repos.repo
     where namespace_id = ${namespaceId} and deleted_at is null and ${visibleWithin(reach)}
     order by used_storage desc limit 1000`.execute(db.withTables<RepoTables>());
  return rows.map((row) => toRepo({ ...row, ...NARROW, ...NOTHING_WIDE }));
}

/** The tags of the thousand most downloaded public repositories of a type, most used first: bounded at any size of hub. */
export async function listTags(db: Db, type: Repo['type']): Promise<string[]> {
  const { rows } = await sql<{ tag: string }>`
    select tag from (
      select tags from repos.repo
      where type = ${type} and deleted_at is null and visibility = 'public'
      order by downloads desc, id desc limit 1000) r, unnest(r.tags) as tag
    group by tag order by count(*) desc, tag limit 5000`.execute(db.withTables<RepoTables>());
  return rows.map((row) => row.tag);
}

/** Bounds on the number of parameters of a model. */
export type SizeBounds = NonNullable<RepoQuery['parameters']>;

/** How many repositories have a tag. */
export interface TagCount {
  readonly tag: string;
  readonly count: number;
}

/** What is counted beside a list. */
export interface CountedFacets {
  /** Most used first. */
  readonly tags: readonly TagCount[];
  /** In the order of the bounds that were asked for. */
  readonly sizes: readonly number[];
}

/**
 * How many of the thousand most downloaded repositories of a type within the reach have each tag, and how many parameters as each of these
 * bounds says: of the same thousand, read once, so that the numbers beside a list can be compared.
 */
export async function countFacets(
  db: Db,
  { type, sizes }: { readonly type: Repo['type']; readonly sizes: readonly SizeBounds[] },
  reach: Reach,
): Promise<CountedFacets> {
  const counts = sizes.map(
    (size) => sql`count(*) filter (where ${sql.join(parametersWithin(size), sql` and `)})::int`,
  );
  const { rows } = await sql<CountedFacets>`
    with popular as materialized (
      select tags, parameters from repos.repo
      where type = ${type} and deleted_at is null and ${visibleWithin(reach)}
      order by downloads desc, id desc limit 1000)
    select (select ${sizes.length === 0 ? sql`'{}'::int[]` : sql`array[${sql.join(counts)}] from popular`}) as sizes, (
      select coalesce(jsonb_agg(jsonb_build_object('tag', tag, 'count', count) order by count desc, tag), '[]') from (
        select tag, count(*)::int as count from popular, unnest(popular.tags) as tag
        group by tag order by count(*) desc, tag limit 5000) as counted) as tags`.execute(
    db.withTables<RepoTables>(),
  );
  const [only, ...others] = rows;
  if (only === undefined || others.length > 0) throw new Error('what is counted comes in one row');
  return only;
}

function outOfPage(index: number): never {
  throw new RangeError(`the page has no item ${index}`);
}

function positionOf(cursor: string): Position {
  const position = decodeCursor(cursor);
  if (position === undefined || position.value === null || !/^[0-9a-f]{24}$/.test(position.id))
    throw cursorInvalid();
  if (!/^[\w .:+-]{1,64}$/.test(String(position.value))) throw cursorInvalid();
  return position;
}
