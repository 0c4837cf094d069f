// Records who did what, inside the transaction of the act: if the entry cannot be written, the act does not happen.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
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

/**
 * Records, after the entry of the copy itself, that what not everybody may read was copied to another repository: whoever
 * asks who has read the source finds it there. The revision is empty for objects of no single commit.
 */
export async function recordCopied(
  tx: Tx,
  by: Pick<Entry, 'actor' | 'credential'>,
  copy: { readonly from: Id; readonly to: Id; readonly revision: string },
): Promise<void> {
  await record(tx, {
    kind: 'read.private',
    subject: `repo:${copy.from}`,
    ...by,
    body: { revision: copy.revision, path: '', copiedTo: copy.to },
  });
}
