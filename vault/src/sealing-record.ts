// That the operator closed or opened the vault, on the ledger. Closing takes access away: it waits for no disk and no database, and is
// recorded when they are back, also by the next vault (threat 18). Opening gives access: without its record it does not happen.
import { setTimeout as delay } from 'node:timers/promises';
import { journalled, journalOf, type Ground } from './ground.ts';
import { type JournalLine, type Noted } from './journal.ts';
import { recordEntries, type WrittenEntry } from './ledger-store.ts';
import { type Owed } from './owed.ts';

/** What the journal says of a closing. */
export const SEAL = 'seal';

type Personal = Readonly<Record<string, string>>;

/** So long, in milliseconds, the operator's command waits for the record of a closing. */
const WAIT_MS = 2_000;

/** Records a closing; returns when that is done, or soon, and goes on then. Never throws. */
export async function recordSealed(ground: Ground, owed: Owed, personal: Personal): Promise<void> {
  const recording = closeAndRecord(ground, owed, personal).catch((err: unknown) => {
    ground.log.error({ err }, 'that the vault was sealed is not on the ledger: the next start puts it there');
  });
  await Promise.race([recording, delay(WAIT_MS, undefined, { ref: false })]);
}

async function closeAndRecord(ground: Ground, owed: Owed, personal: Personal): Promise<void> {
  const { journal, log } = ground;
  // On a full disk there is no line; the entry comes all the same.
  const noted = await journal.note({ act: SEAL }).catch((err: unknown) => {
    log.error({ err }, 'the journal of the vault cannot be written');
    return undefined;
  });
  await owed.untilDone(SEAL, async () => {
    await write(ground, 'secret.vault-sealed', { personal, noted });
  });
  if (noted !== undefined) await journal.close(noted, 'recorded');
}

/** Records an opening. Throws the database's `Error`. */
export async function recordUnsealed(ground: Ground, personal: Personal): Promise<void> {
  await journalled(ground, { act: 'unseal' }, async (noted) => {
    const entries = await write(ground, 'secret.vault-unsealed', { personal, noted });
    return { entries, result: undefined };
  });
}

/** Records the closings of a vault that ended before it could, by their lines. */
export async function recordSealedBefore(ground: Ground, lines: readonly JournalLine[]): Promise<void> {
  for (const { n: line, at } of lines)
    await journalled(ground, { act: 'sealed-before', line }, async (noted) => {
      const entries = await write(ground, 'secret.vault-sealed', { personal: {}, noted, more: { line, at } });
      return { entries, result: undefined };
    });
}

interface Said {
  readonly personal: Personal;
  readonly noted: Noted | undefined;
  readonly more?: { readonly line: number; readonly at: string };
}

// oxlint-disable-next-line max-params -- the ground, which of the two, and what is said with it
async function write(
  { db, instance }: Ground,
  kind: 'secret.vault-sealed' | 'secret.vault-unsealed',
  { personal, noted, more }: Said,
): Promise<readonly WrittenEntry[]> {
  const body = { instance, ...more, ...(noted && journalOf(noted, instance)) };
  return await db.transaction((tx) =>
    recordEntries(tx, [{ kind, subject: 'vault:root', actor: 'operator', credential: '', body, personal }]),
  );
}
