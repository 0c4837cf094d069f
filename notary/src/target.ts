// One place for checkpoints: it gets the newest one, at most one a second, and again what it did not take; the more often it takes none,
// the longer it is left alone. Nothing waits for it.
import { setTimeout as delay } from 'node:timers/promises';
import { type Log } from '@holdfast/platform/log';

/** Between two checkpoints for one place, in milliseconds. */
const PACE_MS = 1_000;

/** Between two for one that takes none. How far others are behind is told by the lag, and not much later for that. */
const LONGEST_MS = 15_000;

/** Milliseconds until a place is given another, which failed so often in a row. */
export function paceAfter(failures: number): number {
  return Math.min(PACE_MS * 2 ** Math.max(0, failures - 1), LONGEST_MS);
}

/** A place, with how it is given one. */
export class Target {
  readonly #name: string;
  readonly #put: (note: string) => Promise<void>;
  readonly #log: Log;
  readonly #closing = new AbortController();
  #next: string | undefined;
  #work: Promise<void> | undefined;

  // oxlint-disable-next-line max-params -- a name, what it does, and where it complains
  constructor(name: string, put: (note: string) => Promise<void>, log: Log) {
    this.#name = name;
    this.#put = put;
    this.#log = log;
  }

  /** Hands over the newest. */
  offer(note: string): void {
    this.#next = note;
    this.#work ??= this.#putNext();
  }

  /** Waits until it has the newest, or failed once more. */
  async finish(): Promise<void> {
    this.#closing.abort();
    await this.#work;
  }

  async #putNext(): Promise<void> {
    const { signal } = this.#closing;
    let failures = 0;
    while (this.#next !== undefined) {
      const note = this.#next;
      this.#next = undefined;
      try {
        await this.#put(note);
        failures = 0;
      } catch (err) {
        this.#log.error({ err }, `${this.#name} for checkpoints did not take one; the newest is tried again`);
        if (!signal.aborted) this.#next ??= note;
        failures += 1;
      }
      await delay(paceAfter(failures), undefined, { signal }).catch(() => undefined);
    }
    this.#work = undefined;
  }
}
