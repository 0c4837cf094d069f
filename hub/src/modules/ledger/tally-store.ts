// SQL that counts entries of the kinds that are watched, by the hour and by the Space.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { type Db } from '@holdfast/platform/postgres/database';
import { type LedgerTables } from './tables.ts';
import { SAID, toldCount } from './told-count-store.ts';

/** Kinds that can be counted: those of the index `entry_watched`. */
export type WatchedKind =
  | 'session.begun'
  | 'refusal.noted'
  | 'refusal.repeated'
  | 'space.egress-refused'
  | 'secret.used'
  | 'secret.misplaced'
  | 'secret.echoed';

/** Kinds that can be counted for some Spaces: those of the index `entry_watched_space`. */
export type SpaceKind = Exclude<WatchedKind, 'session.begun' | 'refusal.noted' | 'refusal.repeated'>;

/** Since when it is counted what happened to Spaces. */
export interface CountedSince {
  readonly at: Date;
  /** When some of them came to whom it is told; what happened to one before does not count. */
  readonly cameAt?: ReadonlyMap<string, Date>;
}

/** So many of the newest entries are counted; a flood does not make a page slow. */
const MOST_COUNTED = 50_000;

/** How often something happened, and how far back that was counted. */
interface Counts<Key> {
  readonly of: ReadonlyMap<Key, number>;
  /** There were more entries than are counted: what happened before then is not here. */
  readonly back: Date | undefined;
}

/** Counts entries. */
export class TallyReader {
  readonly #db: Kysely<LedgerTables>;

  constructor(db: Db) {
    this.#db = db.withTables<LedgerTables>();
  }

  /**
   * How often something of these kinds happened since, by the beginning of the hour in which it did; what an entry counts together is told.
   */
  async byHour(kinds: readonly WatchedKind[], since: Date): Promise<Counts<number>> {
    return byTime(await this.#count<Date>(HOUR, this.#newest(kinds, since)));
  }

  /** How often something of these kinds happened to these Spaces since, by the hour. */
  async byHourOf(
    spaces: readonly string[],
    kinds: readonly SpaceKind[],
    since: CountedSince,
  ): Promise<Counts<number>> {
    if (spaces.length === 0) return { of: new Map(), back: undefined };
    return byTime(await this.#count<Date>(HOUR, this.#newestOf(spaces, kinds, since)));
  }

  /** The same by the Space. */
  async bySpaceOf(
    spaces: readonly string[],
    kinds: readonly SpaceKind[],
    since: CountedSince,
  ): Promise<Counts<string>> {
    if (spaces.length === 0) return { of: new Map(), back: undefined };
    return await this.#count<string>(SPACE_SAID, this.#newestOf(spaces, kinds, since));
  }

  async #count<Key>(by: RawBuilder<unknown>, newest: RawBuilder<unknown>): Promise<Counts<Key>> {
    const { rows } = await sql<{ key: Key | null; n: number; back: Date | null }>`
      with entry as materialized (${newest}),
      known as (select case when count(*) < ${MOST_COUNTED} then null else min(at) end as back from entry)
      select ${by} as key, ${COUNT} as n, back from known left join entry on true group by 1, back`.execute(
      this.#db,
    );
    return {
      // Of nothing there is one row, without a key.
      of: new Map(rows.flatMap(({ key, n }) => (key === null ? [] : [[key, n] as const]))),
      back: rows[0]?.back ?? undefined,
    };
  }

  // A refusal that a door counts together may be told after the Space came, and be of before: it counts by when its run began.
  #newestOf(spaces: readonly string[], kinds: readonly SpaceKind[], { at, cameAt }: CountedSince) {
    const came = JSON.stringify(Object.fromEntries(cameAt ?? []));
    return sql`
      select at, subject, body::jsonb as said from ledger.entry
       where ${SPACE} in (${sql.join([...spaces])}) and kind in (${sql.join([...kinds])}) and ${IS_OF_SPACE} and at >= ${at}
         and at >= coalesce((${came}::jsonb ->> ${SPACE})::timestamptz, ${at})
         and (kind <> 'space.egress-refused' or ${came}::jsonb ->> ${SPACE} is null
           or body::jsonb ->> 'run' >= to_hex(floor(extract(epoch from (${came}::jsonb ->> ${SPACE})::timestamptz))::bigint))
       order by at desc limit ${MOST_COUNTED}`;
  }

  #newest(kinds: readonly WatchedKind[], since: Date) {
    return sql`
      select at, subject, ${SAID} as said from ledger.entry
       where kind in (${sql.join([...kinds])}) and ${IS_WATCHED} and at >= ${since}
       order by at desc limit ${MOST_COUNTED}`;
  }
}

function byTime({ of, back }: Counts<Date>): Counts<number> {
  return { of: new Map([...of].map(([hour, n]) => [hour.getTime(), n])), back };
}

const HOUR = sql`date_trunc('hour', at, 'UTC')`;
const COUNTS = ['count', 'uses', 'unclosed'].map((name) => toldCount(sql`said`, name));
const COUNT = sql`sum(coalesce(${sql.join(COUNTS)}, 1))::bigint`;

// The index has these alone; so must the question.
const IS_WATCHED = sql`kind in ('session.begun', 'refusal.noted', 'refusal.repeated', 'space.egress-refused', 'secret.used',
  'secret.misplaced', 'secret.echoed')`;

// As the index has it, in which there is no body that cannot be read.
const SPACE = sql`coalesce(body::jsonb ->> 'space', substring(subject from '^repo:(.*)$'))`;
const SPACE_SAID = sql`coalesce(said ->> 'space', substring(subject from '^repo:(.*)$'))`;
const IS_OF_SPACE = sql`kind in ('space.egress-refused', 'secret.used', 'secret.misplaced', 'secret.echoed')`;
