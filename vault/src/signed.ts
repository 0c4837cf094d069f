// Waits until entries stand under a checkpoint that the notary signed, so that nobody who rules the database can delete them
// unseen once something was handed over (threat 12). Nothing that the database says of it is believed: entry, place and tree
// are computed here, up to the root that the notary's signature covers.
import { setTimeout as delay } from 'node:timers/promises';
import { hashEntry } from '@holdfast/kernel/ledger-entry';
import { openCheckpoint, type Checkpoint } from '@holdfast/notary/checkpoint';
import { leafOf } from '@holdfast/notary/leaf';
import { type NoteVerifier } from '@holdfast/notary/note';
import { inclusionProof, rootOfInclusion, type NodeReader } from '@holdfast/notary/tree/proof';
import { type LedgerReader, type OrderedEntry, type WrittenEntry } from './ledger-store.ts';

const POLL_MS = 10;
const PATIENCE_MS = 15_000;

/** Throws an `Error` when they do not stand there in time, or not as they were written: the notary is away, or somebody lies. */
export async function untilSigned(
  ledger: LedgerReader,
  verifier: NoteVerifier,
  entries: readonly WrittenEntry[],
): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let ordered: readonly OrderedEntry[] = [];
  while (performance.now() < until) {
    if (ordered.length < entries.length) ordered = await ledger.listOrdered(entries.map(({ hash }) => hash));
    if (ordered.length === entries.length) {
      const checkpoint = openCheckpoint((await ledger.findNote()) ?? '', verifier);
      const isSigned = ordered.every(({ index }) => index < (checkpoint?.size ?? 0));
      if (checkpoint !== undefined && isSigned) {
        await requireAllIncluded(entries, ordered, { checkpoint, read: ledger.nodes() });
        return;
      }
    }
    await delay(POLL_MS);
  }
  throw new Error('the notary has not signed the release in time');
}

/** Whether an entry stands there now. Throws an `Error` when it does not stand as it was written: somebody lies. */
export async function isSigned(
  ledger: LedgerReader,
  verifier: NoteVerifier,
  entry: WrittenEntry,
): Promise<boolean> {
  const ordered = await ledger.listOrdered([entry.hash]);
  const checkpoint = openCheckpoint((await ledger.findNote()) ?? '', verifier);
  const index = ordered[0]?.index ?? Infinity;
  if (checkpoint === undefined || index >= checkpoint.size) return false;
  await requireIncluded(entry, ordered, { checkpoint, read: ledger.nodes() });
  return true;
}

interface Signed {
  readonly checkpoint: Checkpoint;
  readonly read: NodeReader;
}

async function requireAllIncluded(
  entries: readonly WrittenEntry[],
  ordered: readonly OrderedEntry[],
  signed: Signed,
): Promise<void> {
  for (const entry of entries) await requireIncluded(entry, ordered, signed);
}

async function requireIncluded(
  written: WrittenEntry,
  ordered: readonly OrderedEntry[],
  { checkpoint, read }: Signed,
): Promise<void> {
  const found = ordered.find(({ row }) => row.hash === written.hash);
  if (found === undefined) throw new Error('the release is not on the ledger');
  const { row, index } = found;
  const isSame = (['kind', 'subject', 'actor', 'credential', 'body'] as const).every(
    (field) => row[field] === written[field],
  );
  if (!isSame || hashEntry(row) !== row.hash)
    throw new Error('the ledger has another entry than the release that was written');
  const { size, root } = checkpoint;
  const path = await inclusionProof(index, size, read);
  if (rootOfInclusion({ index, size, leaf: leafOf(row), path })?.equals(root) !== true)
    throw new Error('the tree that the notary signed does not have the release');
}
