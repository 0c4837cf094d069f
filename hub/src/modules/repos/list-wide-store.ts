// What may be long of the repositories of a page, read once the page is known, within a bound: a thousand cards, each as
// large as its author could make it, would otherwise fill the memory of the hub with a single question.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { visibleWithin, type Reach } from './list-filter-store.ts';
import { type RepoTables } from './tables.ts';

/** What may be long of a repository. */
export type Wide = Pick<RepoTables['repos.repo'], 'card' | 'tags' | 'summary'>;

/** It, of a row that was read without. */
export const NOTHING_WIDE: Wide = { card: {}, tags: [], summary: {} };

/** What was read of a page. */
export interface WideRows {
  readonly wide: ReadonlyMap<Id, Wide>;
  /** Whether the page ends where it was to end, and not where the bound is. */
  readonly whole: boolean;
}

/** That of a page of none. */
export const NONE: WideRows = { wide: new Map(), whole: true };

/** Bytes that are read of a page: some two thousand ordinary cards. */
const MOST_BYTES = 8 * MiB;

/**
 * What may be long of the first of these repositories: of as many as fit, and of one at least. What can no longer be seen
 * since they were found is not read.
 */
export async function readWide(
  db: Kysely<RepoTables>,
  rows: readonly { readonly id: Id }[],
  { cards, reach }: { readonly cards: boolean; readonly reach: Reach },
): Promise<WideRows> {
  if (rows.length === 0) return NONE;
  const card = cards ? sql`card` : sql`'{}'::jsonb as card`;
  const ofCard = cards ? sql`+ octet_length(card::text)` : sql``;
  // Only lengths are carried until it is known which of them fit.
  const { rows: found } = await sql<Wide & { readonly id: Id; readonly fits: boolean }>`
    with measured as materialized (
      select w.place, repo.id as found_id,
          coalesce(sum(octet_length(tags::text) + octet_length(summary::text) ${ofCard})
            over (order by w.place rows between unbounded preceding and 1 preceding), 0) < ${MOST_BYTES} as fits
        from unnest(${rows.map(({ id }) => id)}::text[]) with ordinality as w (wanted, place)
        join repos.repo on repo.id = w.wanted
       where deleted_at is null and ${visibleWithin(reach)})
    select id, tags, summary, ${card}, fits from measured join repos.repo on id = found_id and fits
    union all select found_id, '{}', '{}', '{}', fits from measured where not fits`.execute(db);
  const wide = new Map<Id, Wide>();
  for (const { id, fits, card: shown, tags, summary } of found)
    if (fits) wide.set(id, { card: shown, tags, summary });
  return { wide, whole: wide.size === found.length };
}
