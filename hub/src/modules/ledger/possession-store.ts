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

  /** Whom runs reached, in the order in which that was recorded. */
  async listContacts(runs: readonly string[], limit: number): Promise<PossessionEntry[]> {
    if (runs.length === 0) return [];
    return await this.#db
      .selectFrom('ledger.entry')
      .select(COLUMNS)
      .where('kind', '=', 'space.contacted')
      .where(
        'actor',
        'in',
        runs.map((run) => `run:${run}`),
      )
      .orderBy('at')
      .limit(limit)
      .execute();
  }

  /** How often logs of a Space's program were read within a time; of very many reads those that came last. */
  async countLogReads(space: string, since: Date, until: Date): Promise<LogReads> {
    const { rows } = await sql<LogReads>`
      select coalesce(sum(case when body::jsonb ->> 'path' = 'logs/run'
               then coalesce((body::jsonb ->> 'repeats')::bigint, 1) else 0 end), 0)::bigint as count,
             max(at) filter (where body::jsonb ->> 'path' = 'logs/run') as last
        from (select at, body from ledger.entry
               where subject = ${`repo:${space}`} and kind in ('read.private', 'read.repeated')
                 and at >= ${since} and at <= ${until}
               order by at desc limit ${MOST_READS}) as e`.execute(this.#db);
    return rows[0] ?? { count: 0, last: null };
  }
}

const MOST_READS = 50_000;
