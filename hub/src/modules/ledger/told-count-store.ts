// SQL that reads what entries say, and counts out of it. A hub in other hands may have recorded anything in their place, and nobody can delete
// it: such a one is taken for none, and no question fails by it.
import { sql, type RawBuilder } from 'kysely';

/**
 * What an entry says; null for what is no JSON, of which an entry from before that was refused may be. Where an index has it of few kinds
 * alone, the words of the index stand in its place: what is none is in no such index.
 */
export const SAID = sql`ledger.said(body)`;

/** More than anything is counted, and so few that sums of as many entries as are read together stay exact. */
const MOST = 1_000_000_000_000;

/** The count that a `jsonb` value has under a name; null where that is none. */
export function toldCount(said: RawBuilder<unknown>, name: string): RawBuilder<number | null> {
  const told = sql`${said} -> ${sql.lit(name)}`;
  return sql`case when jsonb_typeof(${told}) = 'number' and (${told})::numeric between 0 and ${sql.lit(MOST)} then (${told})::bigint end`;
}
