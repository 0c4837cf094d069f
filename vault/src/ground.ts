// What the acts of the vault share.
import { type Clock } from '@holdfast/kernel/clock';
import { type SealingPair } from '@holdfast/kernel/sealing';
import { type Log } from '@holdfast/platform/log';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Journal, type NotedAct } from './journal.ts';
import { type KeyHolder } from './key-holder.ts';
import { VaultRefusal } from './refusal.ts';
import { type LedgerReader, type WrittenEntry } from './ledger-store.ts';

/** What an act of the vault needs. */
export interface Ground {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: KeyHolder;
  readonly journal: Journal;
  readonly ledger: LedgerReader;
  /** What this vault is called among those of the database. */
  readonly instance: string;
  /** Names under which this hub and its Spaces are reached. */
  readonly ours: readonly string[];
  /** The keys by which boxes are sealed for this process. */
  readonly pair: SealingPair;
}

/** The line of the journal that an entry belongs to, as its body says it. */
export function journalOf(
  { n, previous, after, recorded }: NotedAct,
  instance: string,
): { readonly journal: JournalMark } {
  return { journal: { of: instance, n, previous, after, recorded } };
}

// A type, not an interface: it becomes a part of an entry's body.
type JournalMark = { readonly of: string } & Readonly<
  Record<'n' | 'after' | 'recorded', number> & Record<'previous', string>
>;

/** What an act gave, and the entries that it left on the ledger. */
export interface Act<Result> {
  readonly entries: readonly WrittenEntry[];
  readonly result: Result;
}

/** Notes an act in the journal, does it, and notes whether it stands on the ledger. Where that is not known, nothing is noted. */
export async function journalled<Result>(
  { journal }: Pick<Ground, 'journal'>,
  what: { readonly act: string; readonly [key: string]: unknown },
  act: (noted: NotedAct) => Promise<Act<Result>>,
): Promise<Result> {
  const noted = await journal.note(what);
  try {
    const { entries, result } = await act(noted);
    await journal.close(noted, entries.length > 0 ? 'recorded' : 'left');
    return result;
  } catch (error) {
    // Its transaction was taken back; of any other error that is not known.
    if (error instanceof VaultRefusal) await journal.close(noted, 'left');
    throw error;
  }
}
