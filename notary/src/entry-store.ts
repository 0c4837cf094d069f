// How rows of the ledger come out of the database, for the notary and for whoever exports or proves.
import { sql, type Kysely } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import { type LedgerRow } from './leaf.ts';
import { type NotaryTables } from './tables.ts';

/** A row of the ledger as the columns of `entryColumns` give it. */
export interface EntryRow {
  readonly writer: string;
  readonly lane: number;
  readonly n: number;
  readonly previous: string;
  readonly instant: string;
  readonly transaction: string;
  readonly kind: string;
  readonly subject: string;
  readonly subject_n: number;
  readonly subject_previous: string;
  readonly actor: string;
  readonly credential: string;
  readonly body: string;
  readonly hash: string;
}

/** The columns of an entry under the alias `e`, with time and transaction as the digest and the leaf have them. */
export const entryColumns = sql`e.writer, e.lane, e.n, e.previous, e.xid::text as transaction,
  to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as instant, e.kind, e.subject, e.subject_n,
  e.subject_previous, e.actor, e.credential, e.body, e.hash`;

/** The entry of a row. */
export function toLedgerRow(row: EntryRow): LedgerRow {
  return {
    writer: row.writer,
    lane: row.lane,
    n: row.n,
    previous: row.previous as Sha256,
    at: row.instant,
    xid: row.transaction,
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

/** What `sql` runs on. */
export type LedgerDb = Kysely<NotaryTables>;
