// Lists of repositories: one index scan a page, whatever the size of the hub.
import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder, type Selectable } from 'kysely';
import { decodeCursor, encodeCursor, type Page, type Position } from '@holdfast/kernel/page';
import { type Db } from '@holdfast/platform/postgres/database';
import { cursorInvalid } from './faults.ts';
import { type Repo, type RepoQuery, type Sort } from './model.ts';
import { toRepo } from './store.ts';
import { type RepoTables } from './tables.ts';

/** Whose private repositories may appear. */
export interface Reach {
  readonly namespaces: readonly string[];
  readonly repos: readonly string[];
}

type Row = Selectable<RepoTables['repos.repo']>;
type Query = SelectQueryBuilder<RepoTables, 'repos.repo', Row & { sort_value: unknown }>;

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
  const { expression, cast } = COLUMNS[query.sort];
  const direction = query.ascending ? sql`asc` : sql`desc`;
  let select = tables
    .selectFrom('repos.repo')
    .selectAll()
    .select(sql`(${expression})::text`.as('sort_value'))
    .where('type', '=', query.type)
    .where('deleted_at', 'is', null) as unknown as Query;
  select = narrow(select, query, reach);
  if (query.cursor !== undefined) {
    const from = positionOf(query.cursor);
    const beyond = query.ascending ? sql`>` : sql`<`;
    select = select.where(sql<boolean>`(${expression}, id) ${beyond} (${from.value}::${cast}, ${from.id})`);
  }
  const rows = await select
    .orderBy(sql`${expression} ${direction}, id ${direction}`)
    .limit(query.limit + 1)
    .execute();
  const page = rows.slice(0, query.limit);
  const cursorAfter = (index: number): string => {
    const { sort_value: value, id } = page[index] ?? outOfPage(index);
    return encodeCursor({ value: String(value), id });
  };
  const items = page.map(toRepo);
  if (rows.length <= query.limit || page.length === 0) return { items, cursorAfter };
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

function visibleWithin(reach: Reach): RawBuilder<boolean> {
  if (reach.namespaces.length === 0 && reach.repos.length === 0) return sql`visibility <> 'private'`;
  return sql`(visibility <> 'private' or namespace_id = any(${reach.namespaces}::text[])
    or id = any(${reach.repos}::text[]))`;
}

function narrow(select: Query, query: RepoQuery, reach: Reach): Query {
  let narrowed = select.where(visibleWithin(reach));
  if (query.author !== undefined)
    // Through the name's row, so that the index on the namespace serves it; an unknown author matches nothing.
    narrowed = narrowed.where(
      sql<boolean>`namespace_id = (select account_id from identity.name where key = ${query.author.toLowerCase()})`,
    );
  if (query.tags.length > 0) narrowed = narrowed.where(sql<boolean>`tags @> ${query.tags}::text[]`);
  if (query.uses !== undefined) narrowed = narrowed.where(sql<boolean>`uses @> ${query.uses}::text[]`);
  if (query.linked === true) narrowed = narrowed.where(sql<boolean>`uses <> '{}'`);
  if (query.pipelineTag !== undefined) narrowed = narrowed.where('pipeline_tag', '=', query.pipelineTag);
  if (query.gated !== undefined) narrowed = narrowed.where('gated', query.gated ? '!=' : '=', 'no');
  if (query.parameters?.min !== undefined)
    narrowed = narrowed.where('parameters', '>=', query.parameters.min);
  if (query.parameters?.max !== undefined)
    narrowed = narrowed.where('parameters', '<=', query.parameters.max);
  return query.search === undefined ? narrowed : matchText(narrowed, query.search);
}

// Part of the id (served by trigrams), or all words of the search in name and card (served by the text index).
function matchText(select: Query, search: string): Query {
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const contains = sql<boolean>`(namespace || '/' || name) ilike ${pattern}`;
  if (words.length === 0) return select.where(contains);
  const terms = words.map((word) => `${word}:*`).join(' & ');
  return select.where(sql<boolean>`(${contains} or search @@ to_tsquery('simple', ${terms}))`);
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
