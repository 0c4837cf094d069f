// Opens the vault for the operator: one opening after the other, and nothing is done with the root key before that it was opened stands
// on the ledger.
import { CLOSED } from './closed.ts';
import { type KeyHolder } from './key-holder.ts';
import { VaultRefusal } from './refusal.ts';
import { type SealingRecord } from './sealing-record.ts';

/** Openings of one vault. */
export class Opening {
  readonly #keys: KeyHolder;
  readonly #record: SealingRecord;
  readonly #standBy: () => Promise<string | undefined>;
  #isUnderWay = false;
  #turn: Promise<void> = Promise.resolve();

  // oxlint-disable-next-line max-params -- what it opens, where that is recorded, and how the key is held against the ledger
  constructor(keys: KeyHolder, record: SealingRecord, standBy: () => Promise<string | undefined>) {
    this.#keys = keys;
    this.#record = record;
    this.#standBy = standBy;
  }

  /** Whether the key may be in memory without a record of that. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /**
   * Opens it, where it is closed. Throws a `VaultRefusal` where the key does not open or the ledger names another, and the database's `Error`: what gives access and
   * cannot be recorded does not happen, and is sealed again.
   */
  async open(
    passphrase: Buffer | undefined,
    personal: Readonly<Record<string, string>>,
    seal: () => Promise<void>,
  ): Promise<void> {
    const turn = this.#turn.then(async () => await this.#openOnce(passphrase, personal, seal));
    this.#turn = turn.catch(() => undefined);
    await turn;
  }

  async #openOnce(
    passphrase: Buffer | undefined,
    personal: Readonly<Record<string, string>>,
    seal: () => Promise<void>,
  ): Promise<void> {
    if (this.#keys.closed === undefined) return;
    this.#isUnderWay = true;
    try {
      await this.#read(passphrase);
      await this.#record.opened(personal);
      const why = await this.#standBy();
      if (why !== undefined) throw new VaultRefusal('sealed', why);
    } catch (error) {
      this.#isUnderWay = false;
      if (this.#keys.closed === undefined) await seal();
      throw error;
    } finally {
      this.#isUnderWay = false;
    }
  }

  async #read(passphrase: Buffer | undefined): Promise<void> {
    if (await this.#keys.open(passphrase)) return;
    const { closed } = this.#keys;
    // Also where somebody sealed it meanwhile.
    const isWrong = closed !== 'missing' && closed !== 'sealed';
    throw new VaultRefusal(
      'sealed',
      (isWrong ? undefined : CLOSED[closed]) ?? 'that is not the passphrase of the root key',
    );
  }
}
