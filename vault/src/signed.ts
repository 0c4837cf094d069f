// Waits until entries stand under a checkpoint that the notary signed, so that nobody who rules the database can delete them
// unseen once something was handed over (threat 12).
import { setTimeout as delay } from 'node:timers/promises';
import { openNote, type NoteVerifier } from '@holdfast/notary/note';
import { type LedgerReader } from './ledger-store.ts';

const POLL_MS = 10;
const PATIENCE_MS = 15_000;

/** Throws an `Error` when they do not stand there in time: the notary is away, or they were deleted. */
export async function untilSigned(
  ledger: LedgerReader,
  verifier: NoteVerifier,
  entries: readonly string[],
): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let last: number | undefined;
  while (performance.now() < until) {
    if (last === undefined) {
      const leaves = await ledger.listLeaves(entries);
      if (leaves.length === entries.length) last = Math.max(...leaves);
    }
    if (last !== undefined && last < signedSize(await ledger.findNote(), verifier)) return;
    await delay(POLL_MS);
  }
  throw new Error('the notary has not signed the release in time');
}

// The second line of a checkpoint's text is the size of its tree (C2SP tlog-checkpoint).
function signedSize(note: string | undefined, verifier: NoteVerifier): number {
  const text = note === undefined ? undefined : openNote(note, verifier);
  return Number(text?.split('\n')[1] ?? 0);
}
