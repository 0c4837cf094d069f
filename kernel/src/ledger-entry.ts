// What an entry of the ledger is, and how its digest is computed. Pure, so that whoever writes, orders or verifies
// entries computes the same.
import { hash } from 'node:crypto';
import { type Sha256 } from './digest.ts';

/** An entry as it stands in the ledger. */
export interface RecordedEntry {
  readonly writer: string;
  readonly lane: number;
  readonly n: number;
  readonly previous: Sha256;
  readonly at: string;
  readonly kind: string;
  readonly subject: string;
  /** Place in the subject's own chain; 0 where the subject has none. */
  readonly subjectN: number;
  readonly subjectPrevious: Sha256;
  readonly actor: string;
  readonly credential: string;
  readonly body: string;
  readonly hash: Sha256;
}

/** What stands before the first entry of every chain. */
export const GENESIS = '0'.repeat(64) as Sha256;

/** The fields one after the other, each framed by its length in four bytes, so that no two lists of fields look alike. */
export function framed(fields: readonly string[]): Buffer {
  const lengths = fields.map((field) => Buffer.byteLength(field, 'utf8'));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + length, 0));
  let at = 0;
  fields.forEach((field, index) => {
    at = bytes.writeUInt32BE(lengths[index] ?? 0, at);
    at += bytes.write(field, at, 'utf8');
  });
  return bytes;
}

/**
 * The digest of an entry: SHA-256 over a domain tag and each field, framed.
 * The database computes the same in `ledger.hash_entry`; an integration test holds the two together.
 */
export function hashEntry(entry: Omit<RecordedEntry, 'hash'>): Sha256 {
  const bytes = framed([
    'holdfast/ledger-entry/v1',
    entry.writer,
    String(entry.lane),
    String(entry.n),
    entry.previous,
    entry.at,
    entry.kind,
    entry.subject,
    String(entry.subjectN),
    entry.subjectPrevious,
    entry.actor,
    entry.credential,
    entry.body,
  ]);
  return hash('sha256', bytes, 'hex') as Sha256;
}
