// The last lines that a build and a program wrote, kept in memory for who asks. Pure.
// Invariant: what is kept has a bound, however much a program writes, and one for all programs; the oldest goes first.
import { type LogKind, type LogLine } from './wish.ts';

/** How much one log holds. */
const MOST_LINES = 5_000;
const MOST_CHARACTERS = 1024 ** 2;

/** What all logs hold together: characters, and for each line what it takes beside its text. */
const MOST_IN_ALL = 256 * 1024 ** 2;
const LINE = 100;

/** What all logs of a hub hold. The one into which nothing was written for longest is emptied first. */
export class LogRoom {
  readonly #most: number;
  /** How much each holds, in the order in which they were written to last. */
  readonly #held = new Map<LogRing, number>();
  #total = 0;

  constructor(most = MOST_IN_ALL) {
    this.#most = most;
  }

  /** Takes note of how much a log holds by now. */
  note(ring: LogRing, size: number): void {
    this.#total += size - (this.#held.get(ring) ?? 0);
    this.#held.delete(ring);
    if (size === 0) return;
    this.#held.set(ring, size);
    for (const oldest of this.#held.keys()) {
      if (this.#total <= this.#most || oldest === ring) return;
      oldest.empty();
    }
  }
}

/** A log that goes on. */
export class LogRing {
  readonly #room: LogRoom;
  #lines: LogLine[] = [];
  #characters = 0;
  /** How many lines there ever were, so that who follows knows where to go on. */
  #end = 0;
  readonly #listeners = new Set<() => void>();

  constructor(room: LogRoom) {
    this.#room = room;
  }

  /** Drops all lines. */
  empty(): void {
    this.add([], true);
  }

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
    this.#room.note(this, this.#characters + this.#lines.length * LINE);
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
export function emptyLogs(room: LogRoom): SpaceLogs {
  return { build: new LogRing(room), run: new LogRing(room) };
}
