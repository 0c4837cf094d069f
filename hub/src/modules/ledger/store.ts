// Writes and reads entries. The only file that speaks SQL about the ledger.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type RecordedEntry } from '@holdfast/kernel/ledger-entry';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Entry, type PreparedEntry } from './model.ts';
import { type LedgerTables } from './tables.ts';

/** Appends an entry in the transaction of the act it records. Returns its digest. */
export async function insertEntry(tx: Tx, entry: Entry, prepared: PreparedEntry): Promise<Sha256> {
  const db = tx.withTables<LedgerTables>();
  // The database fills in the other columns; the role has no right to name them.
  const { rows } = await sql<{ hash: Sha256 }>`
    insert into ledger.entry (kind, subject, actor, credential, body)
    values (${entry.kind}, ${entry.subject}, ${entry.actor}, ${entry.credential}, ${prepared.body})
    returning hash`.execute(db);
  const hash = rows[0]?.hash;
  if (hash === undefined) throw new Error('the ledger took an entry and returned no digest');
  if (prepared.personal.length > 0)
    await db
      .insertInto('ledger.personal')
      .values(prepared.personal.map((one) => ({ entry: hash, ...one })))
      .execute();
  return hash;
}

/** Reads entries. */
export class LedgerReader {
  readonly #db: Kysely<LedgerTables>;

  constructor(db: Db | Tx) {
    this.#db = db.withTables<LedgerTables>();
  }

  /** Every entry of one subject, oldest first. */
  async listOfSubject(subject: string): Promise<RecordedEntry[]> {
    const rows = await this.#entries().where('subject', '=', subject).orderBy('at').execute();
    return rows.map(toEntry);
  }

  /** The entries of one lane of one writer, in the order of its chain. */
  async listOfLane(writer: string, lane: number): Promise<RecordedEntry[]> {
    const rows = await this.#entries()
      .where('writer', '=', writer)
      .where('lane', '=', lane)
      .orderBy('n')
      .execute();
    return rows.map(toEntry);
  }

  /** How many entries the notary has ordered, and since when the oldest waits that it has not. */
  async getOrdering(): Promise<{ readonly waitingSince: Date | null; readonly ordered: number }> {
    const row = await this.#db
      .selectFrom(['notary.tree', 'notary.waiting'])
      .select(['since', 'size'])
      .executeTakeFirstOrThrow();
    return { waitingSince: row.since, ordered: row.size };
  }

  /** The checkpoint that was signed last. */
  async findCheckpoint(): Promise<{ readonly size: number; readonly note: string } | undefined> {
    return await this.#db
      .selectFrom('notary.checkpoint')
      .select(['size', 'note'])
      .orderBy('minute', 'desc')
      .limit(1)
      .executeTakeFirst();
  }

  #entries() {
    return this.#db
      .selectFrom('ledger.entry')
      .select([
        'writer',
        'lane',
        'n',
        'previous',
        'kind',
        'subject',
        'subject_n',
        'subject_previous',
        'actor',
        'credential',
        'body',
        'hash',
      ])
      .select(sql<string>`to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('instant'));
  }
}

function toEntry(row: {
  writer: string;
  lane: number;
  n: number;
  previous: string;
  instant: string;
  kind: string;
  subject: string;
  subject_n: number;
  subject_previous: string;
  actor: string;
  credential: string;
  body: string;
  hash: string;
}): RecordedEntry {
  return {
    writer: row.writer,
    lane: row.lane,
    n: row.n,
    previous: row.previous as Sha256,
    at: row.instant,
    kind: row.kind,
    subject: row.subject,
    subjectN: row.subject_n,
    subjectPrevious: row.subject_previous as Sha256,
    actor: row.actor,
    credential: row.credential,
    body: row.body,
    hash: row.hash as Sha256,
  };
}
