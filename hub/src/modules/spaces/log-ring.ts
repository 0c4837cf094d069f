// The last lines that a build and a program wrote, kept in memory for who asks. Pure.
// Invariant: what is kept has a bound, however much a program writes; the oldest goes first.
import { type LogKind, type LogLine } from './wish.ts';

/** How much one log holds. */
const MOST_LINES = 5_000;
const MOST_CHARACTERS = 1024 ** 2;

/** A log that goes on. */
export class LogRing {
  #lines: LogLine[] = [];
  #characters = 0;
  /** How many lines there ever were, so that who follows knows where to go on. */
  #end = 0;
  readonly #listeners = new Set<() => void>();

  /** Adds lines; `fresh`: those before belong to another build or run. */
  add(lines: readonly LogLine[], fresh: boolean): void {
    if (fresh) {
      this.#lines = [];
      this.#characters = 0;
    }
    for (const line of lines) {
      this.#lines.push(line);
      this.#characters += line.text.length;
    }
    this.#end += lines.length;
    let drop = Math.max(0, this.#lines.length - MOST_LINES);
    for (let at = 0; at < drop; at += 1) this.#characters -= this.#lines[at]?.text.length ?? 0;
    while (this.#characters > MOST_CHARACTERS && drop < this.#lines.length)
      this.#characters -= this.#lines[drop++]?.text.length ?? 0;
    if (drop > 0) this.#lines = this.#lines.slice(drop);
    for (const listener of [...this.#listeners]) listener();
  }

  /**
   * The lines from a place on, the place behind them, and how many between were dropped; without a place the last `tail`, or
   * all.
   */
  read(
    from: number | undefined,
    tail?: number,
  ): { readonly lines: readonly LogLine[]; readonly next: number; readonly left: number } {
    const first = this.#end - this.#lines.length;
    const start = from ?? (tail === undefined ? first : this.#end - tail);
    const lines = this.#lines.slice(Math.max(0, start - first));
    return { lines, next: this.#end, left: from === undefined ? 0 : Math.max(0, first - from) };
  }

  /** Settles when there is more, or when the signal aborts. */
  async waitForMore(signal: AbortSignal): Promise<void> {
    await nextOf(this.#listeners, signal);
  }
}

/** Settles when one of these listeners is called next, or when the signal aborts. */
export async function nextOf(listeners: Set<() => void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  listeners.add(resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  listeners.delete(resolve);
}

/** Both logs of a Space. */
export type SpaceLogs = Readonly<Record<LogKind, LogRing>>;

/** Two logs without a line. */
export function emptyLogs(): SpaceLogs {
  return { build: new LogRing(), run: new LogRing() };
}
