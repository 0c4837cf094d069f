// A Space that this hub has: what was said to the runner of it, and what the runner said.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { emptyLogs, nextOf, type SpaceLogs } from './log-ring.ts';
import { type Told } from './model.ts';
import { type RunRow } from './run-store.ts';
import { type Usage, type Wish } from './wish.ts';

const WAKE_MS = 1_000;

/** One Space. */
export class HeldSpace {
  readonly id: Id;
  readonly logs: SpaceLogs = emptyLogs();
  readonly #listeners = new Set<() => void>();
  #row: RunRow;
  #told: Told | undefined;
  #usage: Usage | undefined;
  #wanted: Wish | undefined;
  /** What was sent, as text; the same is not sent twice. */
  #sent: string | undefined;
  #retryAt = Infinity;
  #wokenAt = -Infinity;
  #settling: Promise<void> | undefined;
  #again = false;
  #resting = false;

  constructor(row: RunRow) {
    this.id = row.repoId;
    this.#row = row;
    this.#told = row.told;
  }

  /** The row as it was last read. */
  get row(): RunRow {
    return this.#row;
  }

  /** Which wish is the last. */
  get generation(): number {
    return this.#row.generation;
  }

  /** What the runner said last. */
  get told(): Told | undefined {
    return this.#told;
  }

  /** What its run used when the runner last said. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** Whether it is to run. */
  get wanted(): boolean {
    return this.#wanted !== undefined;
  }

  /** Whether it was found out that nothing is to run. */
  get resting(): boolean {
    return this.#resting;
  }

  /** The commits whose files somebody reads. */
  get commits(): readonly Sha1[] {
    const { serving } = this.#told ?? {};
    return [this.#wanted?.commit, serving?.commit].filter((commit) => commit !== undefined);
  }

  /** Whether something that failed is to be tried again by now. */
  isDue(now: number): boolean {
    return now >= this.#retryAt;
  }

  /** Has it be tried again. */
  retryAt(time: number): void {
    this.#retryAt = time;
  }

  /** Takes note of what changed. */
  update(row: RunRow): void {
    this.#row = row;
    this.#changed();
  }

  /** Takes note of a wish. Returns whether it is to be sent. */
  say(wish: Wish): boolean {
    this.#wanted = wish;
    this.#resting = false;
    const { asleep: _asleep, ...lasting } = wish;
    // Whether it slept is told to a runner that does not know, and is no change.
    const text = JSON.stringify(lasting);
    if (text === this.#sent) return false;
    this.#sent = text;
    return true;
  }

  /** Nothing is wanted of it any more. */
  rest(): void {
    this.#resting = true;
    this.#wanted = undefined;
    this.#sent = undefined;
    this.#told = undefined;
    this.#usage = undefined;
    this.#changed();
  }

  /** The runner knows nothing of what was sent. */
  forgetSent(): void {
    this.#sent = undefined;
  }

  /** Takes note of what the runner says; `false` for what comes too late to count. */
  tell(told: Told): boolean {
    if (told.generation > this.generation || told.generation < (this.#told?.generation ?? 0)) return false;
    this.#told = told;
    this.#changed();
    return true;
  }

  /** Whether to say that somebody visits it; not again at once. */
  mayWake(now: number): boolean {
    if (now - this.#wokenAt < WAKE_MS) return false;
    this.#wokenAt = now;
    return true;
  }

  /** Takes note of what its run uses. */
  noteUsage(usage: Usage): void {
    this.#usage = usage;
    this.#changed();
  }

  /** Does the work, after work that is under way, and once for all who ask meanwhile. */
  async settle(work: () => Promise<void>): Promise<void> {
    this.#again = true;
    this.#settling ??= this.#settleUntilQuiet(work);
    await this.#settling;
  }

  /** Settles at the next change, or when the signal aborts. */
  async changed(signal: AbortSignal): Promise<void> {
    await nextOf(this.#listeners, signal);
  }

  async #settleUntilQuiet(work: () => Promise<void>): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        this.#retryAt = Infinity;
        await work();
      }
    } finally {
      this.#settling = undefined;
    }
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
