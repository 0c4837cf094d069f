// Removes bytes that no repository holds.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type ObjectStore } from '@holdfast/platform/objects/store';
import { type Db } from '@holdfast/platform/postgres/database';
import { BlobWriter } from './store.ts';

/**
 * Removes the bytes, unless a repository holds them. Under the lock that a sender takes to register the object: either
 * the row is seen here, or the sender sees that the bytes are gone. Returns whether they were there.
 */
export async function removeUnheld(
  { db, store }: { readonly db: Db; readonly store: ObjectStore },
  sha256: Sha256,
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const writer = new BlobWriter(tx);
    await writer.lockBytes([sha256]);
    return !(await writer.isHeld(sha256)) && (await store.remove(sha256));
  });
}
