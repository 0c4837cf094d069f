// What becomes of a run is said once, and so is that the vault was sealed. Where it cannot be recorded just then, because the database is
// away, it is recorded as soon as it can be: a possession without an end would stand as if the secret were still held.
import { setTimeout as delay } from 'node:timers/promises';
import { type Log } from '@holdfast/platform/log';

const [FIRST_MS, LONGEST_MS] = [500, 30_000];
/** Runs at once, as many as a runner may have: one that was taken over says the end of more. */
const MOST_OWED = 10_000;

/** What is owed to the ledger. Disposing of it ends the attempts: the next vault learns who lives, and ends all others. */
export class Owed implements Disposable {
  readonly #log: Log;
  readonly #stop = new AbortController();
  #count = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Does it, again and again until it succeeds. Throws its error where too much is owed already, or when this is disposed of. */
  async untilDone(what: string, act: () => Promise<void>): Promise<void> {
    this.#count += 1;
    try {
      for (let pause = FIRST_MS; !(await this.#isDone(what, act)); pause = Math.min(2 * pause, LONGEST_MS))
        await delay(pause, undefined, { signal: this.#stop.signal });
    } finally {
      this.#count -= 1;
    }
  }

  async #isDone(what: string, act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (this.#stop.signal.aborted || this.#count > MOST_OWED) throw error;
      this.#log.warn(
        { err: error, what },
        'what is owed to the ledger could not be recorded; it is tried again',
      );
      return false;
    }
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }
}
