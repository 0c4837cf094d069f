// That the operator closed or opened the vault, on the ledger. Closing takes access away: it waits for no disk and no database, and is
// recorded when they are back, also by the next vault (threat 18). Opening gives access: without its record it does not happen, and it
// is recorded behind the closings before it.
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { journalled, journalOf, type Ground } from './ground.ts';
import { type JournalLine, type NotedAct } from './journal.ts';
import { recordEntries, type VaultEntry } from './ledger-store.ts';
import { type Owed } from './owed.ts';

const [SEAL, SEALED_BEFORE] = ['seal', 'sealed-before'];

type Personal = Readonly<Record<string, string>>;

/** A closing that is not on the ledger yet. */
interface Closing {
  readonly at: string;
  readonly personal: Personal;
  /** `undefined`: the journal could not be written. */
  readonly noted: NotedAct | undefined;
}

/** So long, in milliseconds, the operator's command waits for the record of a closing. */
const WAIT_MS = 2_000;

/** Records closings and openings of one vault. */
export class SealingRecord {
  readonly #ground: Ground;
  readonly #owed: Owed;
  readonly #closings = new Set<Closing>();
  #writing: Promise<void> | undefined;

  constructor(ground: Ground, owed: Owed) {
    this.#ground = ground;
    this.#owed = owed;
  }

  /** Records a closing; returns when that is done, or soon, and goes on then. Never throws. */
  async closed(personal: Personal): Promise<void> {
    const recording = this.#close(personal).catch((err: unknown) => {
      this.#ground.log.error(
        { err },
        'that the vault was sealed is not on the ledger: the next start puts it there',
      );
    });
    await Promise.race([recording, delay(WAIT_MS, undefined, { ref: false })]);
  }

  /** Records an opening. Throws the database's `Error`. */
  async opened(personal: Personal): Promise<void> {
    await this.#writeClosings();
    const { instance } = this.#ground;
    await journalled(this.#ground, { act: 'unseal' }, async (noted) => {
      const body = { instance, ...journalOf(noted, instance) };
      return { entries: await write(this.#ground, [{ ...OPENED, body, personal }]), result: undefined };
    });
  }

  async #close(personal: Personal): Promise<void> {
    const { journal, log, clock } = this.#ground;
    // On a full disk there is no line; the entry comes all the same.
    const noted = await journal.note({ act: SEAL }).catch((err: unknown) => {
      log.error({ err }, 'the journal of the vault cannot be written');
      return undefined;
    });
    this.#closings.add({ at: clock.now().toISOString(), personal, noted });
    await this.#owed.untilDone(SEAL, async () => {
      await this.#writeClosings();
    });
  }

  // One at a time: each closing is recorded once.
  async #writeClosings(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    this.#writing = this.#writeEach().finally(() => (this.#writing = undefined));
    await this.#writing;
  }

  async #writeEach(): Promise<void> {
    const { instance, journal } = this.#ground;
    for (const closing of this.#closings) {
      const { at, personal, noted } = closing;
      const body = { instance, at, ...(noted && journalOf(noted, instance)) };
      await write(this.#ground, [{ ...CLOSED, body, personal }]);
      this.#closings.delete(closing);
      if (noted !== undefined) await journal.close(noted, 'recorded');
    }
  }
}

const Seals = z.array(z.object({ line: z.int().positive(), at: z.iso.datetime() }));

/** A closing that an earlier vault noted, by its line. */
export type Seal = z.infer<typeof Seals>[number];

/** Closings that this line of the journal tells of: one, those that a start was about to record, or none. */
export function sealsOf(line: JournalLine): readonly Seal[] {
  if (line['act'] === SEAL) return [{ line: line.n, at: line.at }];
  return line['act'] === SEALED_BEFORE ? Seals.parse(line['seals']) : [];
}

/** Records closings of vaults that ended before they could, at once. */
export async function recordSealedBefore(ground: Ground, seals: readonly Seal[]): Promise<void> {
  if (seals.length === 0) return;
  const { instance } = ground;
  await journalled(ground, { act: SEALED_BEFORE, seals }, async (noted) => {
    const entries = seals.map((seal) => ({
      ...CLOSED,
      body: { instance, ...seal, ...journalOf(noted, instance) },
      personal: {},
    }));
    return { entries: await write(ground, entries), result: undefined };
  });
}

const BY_OPERATOR = { subject: 'vault:root', actor: 'operator', credential: '' } as const;
const CLOSED = { ...BY_OPERATOR, kind: 'secret.vault-sealed' } as const;
const OPENED = { ...BY_OPERATOR, kind: 'secret.vault-unsealed' } as const;

async function write({ db }: Ground, entries: readonly VaultEntry[]) {
  return await db.transaction((tx) => recordEntries(tx, entries));
}
