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

/**
 * So many of the newest entries of whom one Space reached are read: each has up to a hundred hosts, and a million of those are added up in
 * half a second. An app that meets ever new hosts makes thirty a minute: with fewer it would soon draw over what it sent before.
 */
const MOST_CONTACTS = 10_000;

/** What the door of a Space let out. */
export interface SentByHour {
  /** Bytes by the beginning of the hour. */
  readonly hours: ReadonlyMap<number, number>;
  /** There were more entries than are read: what was told before then is not here. */
  readonly back: Date | undefined;
}

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

  /** How often something of these kinds happened to these Spaces since, by the hour. */
  async byHourOf(
    spaces: readonly string[],
    kinds: readonly SpaceKind[],
    since: CountedSince,
  ): Promise<Map<number, number>> {
    if (spaces.length === 0) return new Map();
    const { rows } = await sql<{ hour: Date; n: number }>`
      select date_trunc('hour', at, 'UTC') as hour, ${COUNT} as n
        from (${this.#newestOf(spaces, kinds, since)}) as e group by 1`.execute(this.#db);
    return new Map(rows.map(({ hour, n }) => [hour.getTime(), n]));
  }

  /** The same by the Space. */
  async bySpaceOf(
    spaces: readonly string[],
    kinds: readonly SpaceKind[],
    since: CountedSince,
  ): Promise<Map<string, number>> {
    if (spaces.length === 0) return new Map();
    const { rows } = await sql<{ space: string; n: number }>`
      select ${SPACE} as space, ${COUNT} as n
        from (${this.#newestOf(spaces, kinds, since)}) as e group by 1`.execute(this.#db);
    return new Map(rows.map(({ space, n }) => [space, n]));
  }

  /**
   * How many bytes the door of a Space let out since, by the hour in which it said so, at most ten minutes after they left. A run tells of
   * what it sent to a host since it started: what it told before is taken off. Its newest entries are read, so many; where that is not all, it is said.
   */
  async sentByHour(space: string, { at, cameAt }: CountedSince): Promise<SentByHour> {
    const came = cameAt?.get(space);
    const since = came === undefined || came < at ? at : came;
    const { rows } = await sql<{ hour: Date | null; n: number; back: Date | null }>`
      with entry as materialized (
        select at, hash, actor, body::jsonb as body from ledger.entry
         where kind = 'space.contacted' and subject = ${`repo:${space}`} and at >= ${since}
           and ${isRunSince(came)} order by at desc limit ${MOST_CONTACTS}),
      known as (select case when count(*) < ${MOST_CONTACTS} then ${since}::timestamptz else min(at) end as since,
                       case when count(*) < ${MOST_CONTACTS} then null else min(at) end as back from entry),
      sent as (
        select e.at, (h ->> 'sentBytes')::float8 as bytes, (h ->> 'first')::timestamptz as first,
               lag((h ->> 'sentBytes')::float8) over (partition by e.actor, h ->> 'host', h ->> 'port' order by e.at, e.hash) as before
          from entry e cross join lateral jsonb_array_elements(e.body -> 'hosts') as h)
      select date_trunc('hour', s.at, 'UTC') as hour,
             sum(greatest(s.bytes - coalesce(s.before, case when s.first >= k.since then 0 else s.bytes end), 0)) as n, k.back
        from known k left join sent s on true group by 1, k.back`.execute(this.#db);
    return {
      hours: new Map(rows.flatMap(({ hour, n }) => (hour === null ? [] : [[hour.getTime(), n]]))),
      back: rows[0]?.back ?? undefined,
    };
  }

  // A refusal that a door counts together may be told after the Space came, and be of before: it counts by when its run began.
  #newestOf(spaces: readonly string[], kinds: readonly SpaceKind[], { at, cameAt }: CountedSince) {
    const came = JSON.stringify(Object.fromEntries(cameAt ?? []));
    return sql`
      select at, subject, body from ledger.entry
       where ${SPACE} in (${sql.join([...spaces])}) and kind in (${sql.join([...kinds])}) and ${IS_OF_SPACE} and at >= ${at}
         and at >= coalesce((${came}::jsonb ->> ${SPACE})::timestamptz, ${at})
         and (kind <> 'space.egress-refused' or ${came}::jsonb ->> ${SPACE} is null
           or body::jsonb ->> 'run' >= to_hex(floor(extract(epoch from (${came}::jsonb ->> ${SPACE})::timestamptz))::bigint))
       order by at desc limit ${MOST_COUNTED}`;
  }

  #newest(kinds: readonly WatchedKind[], since: Date) {
    return sql`
      select at, subject, body from ledger.entry
       where kind in (${sql.join([...kinds])}) and ${IS_WATCHED} and at >= ${since}
       order by at desc limit ${MOST_COUNTED}`;
  }
}

// What a run sent that began before the Space came is, in part, of before.
function isRunSince(came: Date | undefined) {
  if (came === undefined) return sql`true`;
  return sql`body::jsonb ->> 'run' >= to_hex(floor(extract(epoch from ${came}::timestamptz))::bigint)`;
}

const COUNT = sql`sum(coalesce((body::jsonb ->> 'count')::bigint, (body::jsonb ->> 'uses')::bigint,
  (body::jsonb ->> 'unclosed')::bigint, 1))::bigint`;

// The index has these alone; so must the question.
const IS_WATCHED = sql`kind in ('session.begun', 'refusal.noted', 'refusal.repeated', 'space.egress-refused', 'secret.used',
  'secret.misplaced', 'secret.echoed')`;

// As the index has it.
const SPACE = sql`coalesce(body::jsonb ->> 'space', substring(subject from '^repo:(.*)$'))`;
const IS_OF_SPACE = sql`kind in ('space.egress-refused', 'secret.used', 'secret.misplaced', 'secret.echoed')`;
