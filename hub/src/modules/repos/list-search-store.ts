// Which way to what is searched for is the best: the indexes list all that have each part before they intersect them, so
// that frequent words and facets are better looked for in what the rare ones found.
import { sql, type Kysely } from 'kysely';
import { allOf, type Condition, type Part, type Search } from './list-filter-store.ts';
import { type Order } from './list-order-store.ts';
import { estimate, isFew, searchSource, type Source } from './list-source-store.ts';
import { type RepoTables } from './tables.ts';

/** Where what is searched for is gathered from. */
export interface Weighed {
  readonly source: Source;
  /** How many match, as far as the database's statistics tell. */
  readonly rows: number;
  /** Gathering them is better than following the order of the list. */
  readonly few: boolean;
}

/** How many parts are weighed against one another. */
const MAX_WEIGHED = 5;
/** How many times more the index may list than may be gathered. */
const MOST_LISTED = 8;

/** The way to what is searched for, of which `most` may be gathered. */
export async function weighSearch(
  db: Kysely<RepoTables>,
  search: Search,
  { order, most }: { readonly order: Order; readonly most: number },
): Promise<Weighed> {
  // Many words begin with any letter.
  if (search.words.every((word) => word.length === 1))
    return { source: searchSource(search, order), rows: Infinity, few: false };
  const { parts, listed } = await chooseParts(db, search, most);
  const source = searchSource(search, order, parts);
  const expected = await estimate(db, source);
  const few = isFew(expected, most) && listed <= most * MOST_LISTED;
  return { source, rows: expected.rows, few };
}

/** The rarest parts that together leave few enough, and how many the indexes list for them. */
async function chooseParts(
  db: Kysely<RepoTables>,
  search: Search,
  most: number,
): Promise<{ parts: readonly Part[] | undefined; listed: number }> {
  if (search.parts.length === 1) return { parts: undefined, listed: 0 };
  const expected = async (conditions: readonly Condition[]): Promise<number> =>
    (await estimate(db, { query: sql`select from repos.searched where ${allOf(conditions)}` })).rows;
  const weighed: { part: Part; rows: number }[] = [];
  for (const part of search.parts.slice(-MAX_WEIGHED))
    weighed.push({ part, rows: await expected([search.ofType, part.condition]) });
  weighed.sort((a, b) => a.rows - b.rows);
  const all = Math.max(1, await expected([search.ofType]));
  let [left, listed] = [all, 0];
  const parts: Part[] = [];
  for (const { part, rows } of weighed) {
    if (left <= most && parts.length > 0) break;
    left *= rows / all;
    listed += rows;
    parts.push(part);
  }
  return { parts, listed };
}
