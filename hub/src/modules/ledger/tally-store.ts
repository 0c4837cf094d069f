// SQL that counts entries of the kinds that are watched, by the hour and by the Space.
import { sql, type Kysely } from 'kysely';
import { type Db } from '@holdfast/platform/postgres/database';
import { type LedgerTables } from './tables.ts';

/** Kinds that can be counted: those of the index `entry_watched`. */
export type WatchedKind =
  | 'session.begun'
  | 'refusal.noted'
  | 'refusal.repeated'
  | 'space.egress-refused'
  | 'secret.used'
  | 'secret.misplaced'
  | 'secret.echoed';

/** So many of the newest entries are counted; a flood does not make a page slow. */
const MOST_COUNTED = 50_000;

/** Counts entries. */
export class TallyReader {
  readonly #db: Kysely<LedgerTables>;

  constructor(db: Db) {
    this.#db = db.withTables<LedgerTables>();
  }

  /** How often something of these kinds happened since, by the hour in which it did; what an entry counts together is told. */
  async byHour(kinds: readonly WatchedKind[], since: Date): Promise<Map<number, number>> {
    const { rows } = await sql<{ hour: Date; n: number }>`
      select date_trunc('hour', at, 'UTC') as hour, ${COUNT} as n
        from (${this.#newest(kinds, since)}) as e group by 1`.execute(this.#db);
    return new Map(rows.map(({ hour, n }) => [hour.getTime(), n]));
  }

  /** The same by the Space that it happened to. */
  async bySpace(kinds: readonly WatchedKind[], since: Date): Promise<Map<string, number>> {
    const { rows } = await sql<{ space: string | null; n: number }>`
      select coalesce(body::jsonb ->> 'space', substring(subject from '^repo:(.*)$')) as space, ${COUNT} as n
        from (${this.#newest(kinds, since)}) as e group by 1`.execute(this.#db);
    return new Map(rows.flatMap(({ space, n }) => (space === null ? [] : [[space, n] as const])));
  }

  #newest(kinds: readonly WatchedKind[], since: Date) {
    return sql`
      select at, subject, body from ledger.entry
       where kind in (${sql.join([...kinds])}) and ${IS_WATCHED} and at >= ${since}
       order by at desc limit ${MOST_COUNTED}`;
  }
}

const COUNT = sql`sum(coalesce((body::jsonb ->> 'count')::bigint, (body::jsonb ->> 'uses')::bigint,
  (body::jsonb ->> 'unclosed')::bigint, 1))::bigint`;

// The index has these alone; so must the question.
const IS_WATCHED = sql`kind in ('session.begun', 'refusal.noted', 'refusal.repeated', 'space.egress-refused', 'secret.used',
  'secret.misplaced', 'secret.echoed')`;
