// Keeps a child running: one that ends by itself is started again, each time after a longer pause.
import { setTimeout as delay } from 'node:timers/promises';
import { type Exit } from '@holdfast/platform/process';

/** A child that runs. */
export interface Kept {
  readonly ended: Promise<Exit>;
  /** Asks it to finish; settles when it has ended. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

/** What a keeper needs. */
export interface KeeperOptions {
  readonly name: string;
  readonly start: () => Promise<Kept>;
  /** Told what a person should know: that it ended, that it runs again. */
  readonly report: (message: string) => void;
}

const SHORTEST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** A child that ran this long starts again without a pause that grew. */
const SETTLED = 60_000;

/** How long to wait before the n-th restart in a row, in milliseconds. */
export function pauseBefore(n: number): number {
  return Math.min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (n - 1));
}

/** One child and its successors. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #stopping = new AbortController();
  #current: Kept;
  /** Counts what makes a child that is being started outdated. */
  #restarts = 0;
  readonly #watch: Promise<void>;

  private constructor(options: KeeperOptions, first: Kept) {
    this.#options = options;
    this.#current = first;
    this.#watch = this.#keep();
  }

  /** Starts the child; rejects when the first start fails, because then a person waits who can act. */
  static async open(options: KeeperOptions): Promise<Keeper> {
    return new Keeper(options, await options.start());
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#stopping.signal.aborted) {
      const began = Date.now();
      const exit = await this.#current.ended;
      if (this.#stopping.signal.aborted) return;
      failures = Date.now() - began > SETTLED ? 1 : failures + 1;
      this.#options.report(`${this.#options.name} ended (${exit.signal ?? `code ${String(exit.code)}`})`);
      failures = await this.#again(failures);
    }
  }

  // Tries until it runs; returns how often it failed in a row.
  async #again(failures: number): Promise<number> {
    for (let n = failures; ; n += 1) {
      try {
        await delay(pauseBefore(n), undefined, { signal: this.#stopping.signal });
        const restarts = this.#restarts;
        this.#current = await this.#options.start();
        if (this.#stopping.signal.aborted || this.#restarts !== restarts) this.#current.kill();
        else this.#options.report(`${this.#options.name} runs again`);
        return n;
      } catch (error) {
        if (this.#stopping.signal.aborted) return n;
        this.#options.report(error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Ends the child at once and starts another; one that is being started is ended as well. */
  restart(): void {
    this.#restarts += 1;
    this.#current.kill();
  }

  /** Stops the child and starts no other. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current.stop();
    await this.#watch;
  }
}
