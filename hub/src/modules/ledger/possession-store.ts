// SQL that reads of the ledger who held which secret, and whom they reached meanwhile.
import { sql, type Kysely } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type LedgerTables } from './tables.ts';
import { SAID, toldCount } from './told-count-store.ts';

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

/** Of an entry, as a text with microseconds. */
const INSTANT = sql`to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Of what the hub says of a version of a secret. */
export function reachSubject(secret: string): string {
  return secret.replace('secret:', 'reach:');
}

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
    return await this.#findFirst(subject, 'secret.set');
  }

  /** What could be written with it then, where it is a token and that was noted beside its chain; before, it was on the chain. */
  async findReach(subject: string): Promise<PossessionEntry | undefined> {
    return await this.#findFirst(reachSubject(subject), 'space.token-reach');
  }

  async #findFirst(subject: string, kind: string): Promise<PossessionEntry | undefined> {
    return await this.#db
      .selectFrom('ledger.entry')
      .select(COLUMNS)
      .where('subject', '=', subject)
      .where(IS_POSSESSION)
      .where('kind', '=', kind)
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
      select ${INSTANT} as at, actor,
             case when actor = any(${runs.map(actorOf)}::text[]) then body end as body
        from ledger.entry
       where kind = 'space.contacted' and subject = ${`repo:${space}`} and at < ${before}::timestamptz
       order by ledger.entry.at desc fetch first ${sql.lit(limit)} rows with ties`.execute(this.#db);
    return rows;
  }

  /** Entries of whom a run reached, those before a time, the newest first: so many, and with the last of them all of its instant. */
  async listContactEntriesOf(
    run: string,
    { before, limit }: { readonly before: string; readonly limit: number },
  ): Promise<ContactEntry[]> {
    const { rows } = await sql<ContactEntry>`
      select ${INSTANT} as at, actor, body from ledger.entry
       where kind = 'space.contacted' and actor = ${actorOf(run)} and at < ${before}::timestamptz
       order by ledger.entry.at desc fetch first ${sql.lit(limit)} rows with ties`.execute(this.#db);
    return rows;
  }

  /** How often logs of a Space's program were read within a time; of very many reads those that came last. */
  async countLogReads(space: string, since: Date, until: Date): Promise<LogReads> {
    const { rows } = await sql<LogReads>`
      select coalesce(sum(coalesce(${toldCount(sql`said`, 'repeats')}, 1)) filter (where said ->> 'path' = 'logs/run'), 0)::bigint as count,
             max(at) filter (where said ->> 'path' = 'logs/run') as last,
             count(*) >= ${MOST_READS} as "isCut"
        from (select at, ${SAID} as said from ledger.entry
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
