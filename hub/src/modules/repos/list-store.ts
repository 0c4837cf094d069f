// Lists of repositories, a page at a time by keyset.
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { decodeCursor, encodeCursor, type Page, type Position } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { cursorInvalid } from './faults.ts';
import { conditionsOf, isForLetters, visibleWithin, type Reach } from './list-filter-store.ts';
import { fewFor, findPage, type PageWish } from './list-page-store.ts';
import { type Repo, type RepoQuery, type Sort } from './model.ts';
import { toRepo } from './store.ts';
import { type RepoTables } from './tables.ts';

type Table = RepoTables['repos.repo'];
type Row = Selectable<Table> & { readonly sort_value: string };

/** All that is presented: the text index, which is long, is not. */
const COLUMN_NAMES = (
  'id type namespace_id namespace name creator_id visibility gated created_at last_modified head likes likes_30d ' +
  'downloads downloads_all_time trending used_storage parameters main_size summary uses card tags pipeline_tag ' +
  'library_name sdk text discussions_disabled deleted_at'
).split(' ');

const COLUMNS: Readonly<Record<Sort, { expression: RawBuilder<unknown>; cast: RawBuilder<unknown> }>> = {
  createdAt: { expression: sql`created_at`, cast: sql`timestamptz` },
  lastModified: { expression: sql`last_modified`, cast: sql`timestamptz` },
  downloads: { expression: sql`downloads`, cast: sql`integer` },
  likes: { expression: sql`likes`, cast: sql`integer` },
  likes30d: { expression: sql`likes_30d`, cast: sql`integer` },
  trendingScore: { expression: sql`trending`, cast: sql`real` },
  num_parameters: { expression: sql`coalesce(parameters, 0)`, cast: sql`bigint` },
  mainSize: { expression: sql`coalesce(main_size, 0)`, cast: sql`bigint` },
  id: { expression: sql`id`, cast: sql`text` },
};

/** A page that may be cut short: an answer need not hold all of it. */
export interface RepoPage extends Page<Repo> {
  /** The cursor that goes on behind one of the items. */
  cursorAfter(index: number): string;
}

/** One page of the repositories that match and that the reach lets appear. Throws `repo.cursor-invalid`. */
export async function listRepos(db: Db, query: RepoQuery, reach: Reach): Promise<RepoPage> {
  const tables: Kysely<RepoTables> = db.withTables<RepoTables>();
  const author = query.author === undefined ? undefined : await findAuthor(tables, query.author);
  // An unknown author matches nothing.
  if (query.author !== undefined && author === undefined) return pageOf([], query.limit);
  const { expression, cast } = COLUMNS[query.sort];
  const within = [sql<boolean>`type = ${query.type}`, sql<boolean>`deleted_at is null`];
  if (query.cursor !== undefined) {
    const from = positionOf(query.cursor);
    const beyond = query.ascending ? sql`>` : sql`<`;
    within.push(sql<boolean>`(${expression}, id) ${beyond} (${from.value}::${cast}, ${from.id})`);
  }
  const columns = sql.join(COLUMN_NAMES.map((name) => sql.ref(`r.${name}`)));
  const wish: PageWish = {
    columns: sql`${columns}, (${expression})::text as sort_value`,
    order: { expression, ascending: query.ascending },
    within,
    matching: conditionsOf(query, author),
    visible: visibleWithin(reach),
    frequent: query.search !== undefined && isForLetters(query.search),
    limit: query.limit + 1,
  };
  return pageOf(await findPage<Row>(tables, wish, fewFor(wish.limit)), query.limit);
}

async function findAuthor(db: Kysely<RepoTables>, name: string): Promise<Id | undefined> {
  const row = await db
    .selectFrom('identity.name')
    .select('account_id')
    .where('key', '=', name.toLowerCase())
    .executeTakeFirst();
  return row?.account_id;
}

function pageOf(rows: readonly Row[], limit: number): RepoPage {
  const page = rows.slice(0, limit);
  const cursorAfter = (index: number): string => {
    const { sort_value: value, id } = page[index] ?? outOfPage(index);
    return encodeCursor({ value, id });
  };
  const items = page.map(toRepo);
  if (rows.length <= limit || page.length === 0) return { items, cursorAfter };
  return { items, cursorAfter, next: cursorAfter(page.length - 1) };
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

/** The thousand repositories of one namespace that occupy most. */
export async function listLargest(db: Db, namespaceId: string, reach: Reach): Promise<Repo[]> {
  const rows = await db
    .withTables<RepoTables>()
    .selectFrom('repos.repo')
    .selectAll()
    .where('namespace_id', '=', namespaceId as Repo['id'])
    .where('deleted_at', 'is', null)
    .where(visibleWithin(reach))
    .orderBy('used_storage', 'desc')
    .limit(1000)
    .execute();
  return rows.map(toRepo);
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
