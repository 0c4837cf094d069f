// The record of a read: a reconstruction opens the bytes of a file as much as a download does.
import { isRecorded, referencesOf } from '#modules/access';
import { type Blob } from '#modules/blobs';
import { type Reads } from '#modules/ledger';
import { type OpenedAccess } from './access.ts';

/** Records that a file was read, where reads of the repository are. */
export async function recordRead(
  reads: Reads,
  { repo, actor }: OpenedAccess,
  of: { readonly blob: Blob; readonly address: string },
): Promise<void> {
  if (!isRecorded(repo)) return;
  const { address, blob } = of;
  const path = `sha256:${blob.sha256}`;
  await reads.recordRead({ ...referencesOf(actor), address, repoId: repo.id, revision: '', path });
}
