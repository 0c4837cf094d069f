// Sets of bits in the narrow rows of `repos.ordered`: which facets a repository may have, and which words.
import { sql, type RawBuilder } from 'kysely';
import { allOf, type Condition } from './list-filter-store.ts';
import { type PageWish } from './list-wish-store.ts';

const FACET_SETS = ['facets0', 'facets1', 'facets2'];
const TEXT_SETS = ['text0', 'text1', 'text2', 'text3'];

/** The columns. */
export const SETS: RawBuilder<unknown> = sql.join([...FACET_SETS, ...TEXT_SETS].map((name) => sql.ref(name)));

/** Whether sets tell of what is asked for, so that following reads narrow rows alone. */
export function isToldBySets(wish: PageWish): boolean {
  return wish.facets.length > 0 || isOfSureWords(wish);
}

/** Whether sets tell of words that are searched for. */
export function isOfSureWords({ search }: PageWish): boolean {
  return search !== undefined && search.surely.length > 0;
}

/** What is asked for as sets, as `asked` of a statement. */
export function askedSets({ facets, search }: PageWish): RawBuilder<unknown> {
  return sql`asked as materialized (select * from repos.sets_of(
    array(select repos.facet_key(facet) from unnest(${facets}::text[]) as facet),
    array(select hashtextextended(part, 0) from unnest(${search?.surely ?? []}::text[]) as part)))`;
}

/** That a row `f` may match: all that does not have what is asked for, but for few, is left out. */
export function setsLetPass(wish: PageWish): Condition {
  const sets = [...(wish.facets.length > 0 ? FACET_SETS : []), ...(isOfSureWords(wish) ? TEXT_SETS : [])];
  return allOf([
    ...sets.map((name) => has(sql`f.${sql.ref(name)}`, name)),
    ...(wish.onlyOpen ? [sql<boolean>`not f.hidden`] : []),
  ]);
}

/** Joins narrow rows `f` with their words' sets: only what may match remains. */
export function lookedUpInSets({ ofType }: PageWish): RawBuilder<unknown> {
  return sql`cross join lateral (
    select from repos.ordered where ${ofType} and repo_id = f.id
      and ${allOf(TEXT_SETS.map((name) => has(sql.ref(name), name)))} offset 0)`;
}

function has(column: RawBuilder<unknown>, name: string): Condition {
  const asked = sql`(select ${sql.ref(`asked.${name}`)} from asked)`;
  return sql`${column} & ${asked} = ${asked}`;
}
