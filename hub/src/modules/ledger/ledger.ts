// Records who did what, inside the transaction of the act: if the entry cannot be written, the act does not happen.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Tx } from '@holdfast/platform/postgres/database';
import { prepareEntry, type Entry } from './model.ts';
import { insertEntry } from './store.ts';

/**
 * Appends an entry. Call it last in a transaction: the writer's chain is held from here to the commit.
 * Returns the digest of the entry.
 */
export async function record(tx: Tx, entry: Entry): Promise<Sha256> {
  return await insertEntry(tx, entry, prepareEntry(entry));
}
