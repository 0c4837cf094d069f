// SQL that reads of the ledger who held which secret, and whom they reached meanwhile.
import { sql, type Kysely } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type LedgerTables } from './tables.ts';

/** An entry, as far as it is read here. */
export interface PossessionEntry {
  readonly hash: string;
  readonly at: Date;
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  /** Canonical JSON. */
  readonly body: string;
}

/** How often logs of a Space were read within a time. */
export interface LogReads {
  readonly count: number;
  readonly last: Date | null;
  /** There were more, before these. */
  readonly isCut: boolean;
}

/** A host that a run reached, as it was recorded last; times as texts of RFC 3339. */
export interface ContactRow {
  readonly host: string;
  readonly port: number;
  readonly first: string;
  readonly last: string;
  readonly connections: number;
  readonly sentBytes: number;
  /** Older entries do not say it. */
  readonly receivedBytes?: number | null | undefined;
}

/** One entry of whom a run of a Space reached. */
export interface ContactEntry {
  /** With microseconds, in UTC. */
  readonly at: string;
  readonly actor: string;
  /** Canonical JSON; `null`: of a run that was not asked for. */
  readonly body: string | null;
}

const COLUMNS = ['hash', 'at', 'kind', 'subject', 'actor', 'body'] as const;
const IS_POSSESSION = sql<boolean>`kind in ('secret.set', 'secret.released', 'secret.delivered', 'secret.aborted', 'secret.ended',
  'secret.echoed', 'secret.deleted', 'space.token-reach')`;

/** Reads them. */
export class PossessionReader {
  readonly #db: Kysely<LedgerTables>;

  constructor(db: Db | Tx) {
    this.#db = db.withTables<LedgerTables>();
  }

  /** Chains of the versions of secrets that a Space has or had, as far as entries of them are kept; the newest first. */
  async listVersions(
    space: string,
    { name, limit }: { readonly name: string | undefined; readonly limit: number },
  ): Promise<string[]> {
    const named = name === undefined ? sql`true` : sql`body::jsonb ->> 'name' = ${name}`;
    const { rows } = await sql<{ subject: string }>`
      select subject from ledger.entry
       where kind in ('secret.set', 'secret.released') and body::jsonb ->> 'space' = ${space} and ${named}
       group by subject order by max(subject) desc limit ${limit}`.execute(this.#db);
    return rows.map(({ subject }) => subject);
  }

  /** What was said of a version but its uses: the newest of it, so many, and the newest first. */
  async listOf(subject: string, limit: number): Promise<PossessionEntry[]> {
    return await this.#db
      .selectFrom('ledger.entry')
      .select(COLUMNS)
      .where('subject', '=', subject)
      .where(IS_POSSESSION)
      .orderBy('at', 'desc')
      .limit(limit)
      .execute();
  }

  /** That it was set. */
  async findSetting(subject: string): Promise<PossessionEntry | undefined> {
    return await this.#db
      .selectFrom('ledger.entry')
      .select(COLUMNS)
      .where('subject', '=', subject)
      .where(IS_POSSESSION)
      .where('kind', '=', 'secret.set')
      .orderBy('at')
      .executeTakeFirst();
  }

  /**
   * Entries of whom the runs of a Space reached, those before a time, the newest first: so many, and with the last of them all of its
   * instant. What they say is told of these runs alone.
   */
  async listContactEntries(
    space: string,
    {
      runs,
      before,
      limit,
    }: { readonly runs: readonly string[]; readonly before: string; readonly limit: number },
  ): Promise<ContactEntry[]> {
    const { rows } = await sql<ContactEntry>`
      select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, actor,
             case when actor = any(${runs.map(actorOf)}::text[]) then body end as body
        from ledger.entry
       where kind = 'space.contacted' and subject = ${`repo:${space}`} and at < ${before}::timestamptz
       order by ledger.entry.at desc fetch first ${sql.lit(limit)} rows with ties`.execute(this.#db);
    return rows;
  }

  /** Whom a run reached, as it was said last of each; its newest entries are read, so many. */
  async listContacts(run: string, limit: number): Promise<ContactRow[]> {
    const { rows } = await sql<ContactRow>`
      select distinct on (h ->> 'host', h ->> 'port') h ->> 'host' as host, (h ->> 'port')::int as port,
             h ->> 'first' as first, h ->> 'last' as last,
             (h ->> 'connections')::bigint as connections, (h ->> 'sentBytes')::bigint as "sentBytes",
             (h ->> 'receivedBytes')::bigint as "receivedBytes"
        from (select at, body from ledger.entry
               where kind = 'space.contacted' and actor = ${actorOf(run)} order by at desc limit ${limit}) as e
        cross join lateral jsonb_array_elements(e.body::jsonb -> 'hosts') as h
       order by h ->> 'host', h ->> 'port', e.at desc`.execute(this.#db);
    return rows;
  }

  /** How often a run asked for what did not answer, as it was said last. */
  async findUnanswered(run: string): Promise<number> {
    const { rows } = await sql<{ unanswered: number }>`
      select (body::jsonb ->> 'unanswered')::bigint as unanswered from ledger.entry
       where kind = 'space.contacted' and actor = ${actorOf(run)} order by at desc limit 1`.execute(this.#db);
    return rows[0]?.unanswered ?? 0;
  }

  /** How often logs of a Space's program were read within a time; of very many reads those that came last. */
  async countLogReads(space: string, since: Date, until: Date): Promise<LogReads> {
    const { rows } = await sql<LogReads>`
      select coalesce(sum(case when body::jsonb ->> 'path' = 'logs/run'
               then coalesce((body::jsonb ->> 'repeats')::bigint, 1) else 0 end), 0)::bigint as count,
             max(at) filter (where body::jsonb ->> 'path' = 'logs/run') as last,
             count(*) >= ${MOST_READS} as "isCut"
        from (select at, body from ledger.entry
               where subject = ${`repo:${space}`} and kind in ('read.private', 'read.repeated')
                 and at >= ${since} and at <= ${until}
               order by at desc limit ${MOST_READS}) as e`.execute(this.#db);
    return rows[0] ?? { count: 0, last: null, isCut: false };
  }
}

const MOST_READS = 50_000;

function actorOf(run: string): string {
  return `run:${run}`;
}
