// Keeps objects for those who were told that they need not send them, so that no sweep takes one before its commit comes.
import { type Sha256 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Blob } from './model.ts';
import { BlobReader, BlobWriter } from './store.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Those of the digests that a repository holds, for somebody who is told that they need not be sent: these stay until
 * they can have been committed.
 */
export async function spareObjects(
  db: Db,
  asked: { readonly repoId: Id; readonly digests: readonly Sha256[]; readonly now: Date },
): Promise<Map<Sha256, Blob>> {
  const { repoId, digests, now } = asked;
  const held = await new BlobReader(db).findMany(repoId, digests);
  const old = [...held.values()].filter((blob) => now.getTime() - blob.pushedAt.getTime() > DAY_MS);
  if (old.length === 0) return held;
  return await db.transaction(async (tx) => {
    const writer = new BlobWriter(tx);
    await writer.noteNamed(
      repoId,
      old.map((blob) => blob.sha256),
      now,
    );
    // Asked again: what was removed meanwhile has to be sent.
    return await writer.findMany(repoId, digests);
  });
}
