// Chains through the ledger: everything that happened to a subject, and everything that was done with a credential. The
// notary links them, entry by entry in the order of the leaves, so that an entry which is left out shows.
import { type RecordedEntry, framed } from '@holdfast/kernel/ledger-entry';
import { HASH_BYTES, sha256 } from '../tree/hash.ts';

/** Whether a chain holds what happened to its name, or what was done by it. */
export type Relation = 'to' | 'by';

/** A chain by its name: `token:<id>`, `repo:<id>`. */
export interface ChainName {
  readonly relation: Relation;
  readonly name: string;
}

/** Where a chain ends: how many entries it has, and the digest that commits to all of them. */
export interface Head {
  readonly n: number;
  readonly digest: Buffer;
}

/** The head of a chain without entries. */
export const NO_ENTRIES: Head = { n: 0, digest: Buffer.alloc(HASH_BYTES) };

/** The chains that an entry belongs to. */
export function chainsOf(entry: Pick<RecordedEntry, 'subject' | 'credential'>): ChainName[] {
  const to = { relation: 'to', name: entry.subject } as const;
  return entry.credential === '' ? [to] : [to, { relation: 'by', name: entry.credential }];
}

/** The key of a chain in the map of heads. */
export function chainKey({ relation, name }: ChainName): Buffer {
  return sha256(framed(['holdfast/ledger-chain/v1', relation, name]));
}

/** The head after one more entry, given by its digest. */
export function extend(head: Head, entry: Pick<RecordedEntry, 'hash'>): Head {
  const link = framed(['holdfast/ledger-link/v1', head.digest.toString('hex'), entry.hash]);
  return { n: head.n + 1, digest: sha256(link) };
}
