// What a leaf of the tree is made from: the entry's digest, which covers writer, lane, time, subject, chains and body, and
// the number of its transaction, which the database set and the digest does not cover.
import { framed, type RecordedEntry } from '@holdfast/kernel/ledger-entry';
import { leafHash } from './tree/hash.ts';

/** An entry with the transaction that wrote it. */
export interface LedgerRow extends RecordedEntry {
  /** PostgreSQL's 64-bit number of the transaction, in decimal. */
  readonly xid: string;
}

/** The hash of an entry's leaf. */
export function leafOf(row: Pick<LedgerRow, 'hash' | 'xid'>): Buffer {
  return leafHash(framed(['holdfast/ledger-leaf/v1', row.hash, row.xid]));
}
