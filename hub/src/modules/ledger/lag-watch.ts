// Says in the log that the notary does not keep up, for who watches no metrics.
import { type Log } from '@holdfast/platform/log';
import { type LedgerLag } from './lag.ts';

/** Seconds that an entry may wait: the notary takes a tenth of one. */
const MOST_SECONDS = 5;

/** Tells of each incident twice: when it is seen, and when it is over. */
export class LagWatch {
  readonly #lag: Pick<LedgerLag, 'read' | 'seconds'>;
  readonly #log: Pick<Log, 'warn' | 'info'>;
  #isBehind = false;
  #isLooking = false;

  constructor(lag: Pick<LedgerLag, 'read' | 'seconds'>, log: Pick<Log, 'warn' | 'info'>) {
    this.#lag = lag;
    this.#log = log;
  }

  /** Looks once, unless it still does: a database that does not answer is asked by one. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    await this.#lag.read();
    this.#isLooking = false;
    const { seconds } = this.#lag;
    // Where the database does not answer, nobody can tell: neither that it begins nor that it is over.
    if (Number.isNaN(seconds)) return;
    const isBehind = seconds > MOST_SECONDS;
    if (isBehind === this.#isBehind) return;
    this.#isBehind = isBehind;
    if (isBehind)
      this.#log.warn({ seconds }, 'the notary is behind: entries of the ledger wait to be signed');
    else this.#log.info({ seconds }, 'the notary has caught up');
  }
}
