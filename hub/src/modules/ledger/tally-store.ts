// SQL that counts entries of the kinds that are watched, by the hour and by the Space.
import { sql, type Kysely, type RawBuilder } from 'kysely';
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

/** How often something happened, and how far back that was counted. */
interface Counts<Key> {
  readonly of: ReadonlyMap<Key, number>;
  /** There were more entries than are counted: what happened before then is not here. */
  readonly back: Date | undefined;
}

/** Bytes of one hour. */
interface PassedBytes {
  readonly sent: number;
  /** `undefined`: something was told within the hour that does not say it, because its door was started before it was counted. */
  readonly received: number | undefined;
}

/** What the door of a Space let out, and what came back. */
export interface PassedByHour {
  /** By the beginning of the hour; in one that is not here nothing was told. */
  readonly hours: ReadonlyMap<number, PassedBytes>;
  /** There were more entries than are read: what was told before then is not here. */
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
    return await this.#count<string>(SPACE, this.#newestOf(spaces, kinds, since));
  }

  /**
   * How many bytes the door of a Space let out since and how many came back, by the hour in which it said so, at most ten minutes after
   * they passed. A run tells of what passed since it started: what it told before is taken off. Its newest entries are read, so many; where that is not all, it is said.
   */
  async passedByHour(space: string, { at, cameAt }: CountedSince): Promise<PassedByHour> {
    const came = cameAt?.get(space);
    const since = came === undefined || came < at ? at : came;
    const { rows } = await sql<{
      hour: Date | null;
      sent: number;
      received: number | null;
      back: Date | null;
    }>`
      with entry as materialized (
        select at, hash, actor, body::jsonb as body from ledger.entry
         where kind = 'space.contacted' and subject = ${`repo:${space}`} and at >= ${since}
           and ${isRunSince(came)} order by at desc limit ${MOST_CONTACTS}),
      known as (select case when count(*) < ${MOST_CONTACTS} then ${since}::timestamptz else min(at) end as since,
                       case when count(*) < ${MOST_CONTACTS} then null else min(at) end as back from entry),
      told as (
        select e.at, e.actor, e.hash, h ->> 'host' as host, h ->> 'port' as port, (h ->> 'first')::timestamptz as first,
               (h ->> 'sentBytes')::float8 as sent, (h ->> 'receivedBytes')::float8 as received
          from entry e cross join lateral jsonb_array_elements(e.body -> 'hosts') as h),
      passed as (
        select at, first, sent, received, lag(sent) over w as sent_before, lag(received) over w as received_before
          from told window w as (partition by actor, host, port order by at, hash))
      select date_trunc('hour', p.at, 'UTC') as hour, k.back,
             sum(greatest(p.sent - coalesce(p.sent_before, case when p.first >= k.since then 0 else p.sent end), 0)) as sent,
             case when bool_and(p.received is not null and (p.sent_before is null or p.received_before is not null)) then
               sum(greatest(p.received - coalesce(p.received_before, case when p.first >= k.since then 0 else p.received end), 0))
             end as received
        from known k left join passed p on true group by 1, k.back`.execute(this.#db);
    const hours = rows.flatMap(({ hour, sent, received }) =>
      hour === null ? [] : [[hour.getTime(), { sent, received: received ?? undefined }] as const],
    );
    return {
      hours: new Map(hours),
      back: rows[0]?.back ?? undefined,
    };
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

function byTime({ of, back }: Counts<Date>): Counts<number> {
  return { of: new Map([...of].map(([hour, n]) => [hour.getTime(), n])), back };
}

const HOUR = sql`date_trunc('hour', at, 'UTC')`;
const COUNT = sql`sum(coalesce((body::jsonb ->> 'count')::bigint, (body::jsonb ->> 'uses')::bigint,
  (body::jsonb ->> 'unclosed')::bigint, 1))::bigint`;

// The index has these alone; so must the question.
const IS_WATCHED = sql`kind in ('session.begun', 'refusal.noted', 'refusal.repeated', 'space.egress-refused', 'secret.used',
  'secret.misplaced', 'secret.echoed')`;

// As the index has it.
const SPACE = sql`coalesce(body::jsonb ->> 'space', substring(subject from '^repo:(.*)$'))`;
const IS_OF_SPACE = sql`kind in ('space.egress-refused', 'secret.used', 'secret.misplaced', 'secret.echoed')`;
