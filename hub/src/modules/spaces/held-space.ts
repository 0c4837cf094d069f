// A Space that this hub has: what was said to the runner of it, and what the runner said.
import { type Sha1 } from '@holdfast/kernel/digest';
import { type Id } from '@holdfast/kernel/id';
import { TOLD } from '@holdfast/kernel/told/told';
import { emptyLogs, nextOf, type LogRoom, type SpaceLogs } from './log-ring.ts';
import { toldWithoutRun, type Told } from './model.ts';
import { type RunRow } from './run-store.ts';
import { type StartCause } from './start-cause.ts';
import { type Usage, type Wish } from './wish.ts';

/** As the runner says it, where it ended what ran because nothing follows. */
const TAKEN_BACK = TOLD['app.taken-back'];
const WAKE_MS = 1_000;
const RETRY_MS = 5_000;
const MOST_RETRY_MS = 5 * 60_000;
/** Runs of one Space that are remembered until they end. */
const MOST_RUNS = 20;

/** One Space. */
export class HeldSpace {
  readonly id: Id;
  /** Its full name when it was last planned for; empty before. */
  name = '';
  readonly logs: SpaceLogs;
  /** The commits of runs that served and have not ended: one that was replaced still answers what it was asked. */
  readonly #runs = new Map<Id, Sha1>();
  readonly #listeners = new Set<() => void>();
  #row: RunRow;
  #told: Told | undefined;
  #usage: Usage | undefined;
  #wanted: Wish | undefined;
  /** What was sent, as text; the same is not sent twice. */
  #sent: string | undefined;
  #retryAt = Infinity;
  #failures = 0;
  #preparing: Sha1 | undefined;
  /** What serves is asleep, whichever wish it is of. */
  #sleeps = false;
  #wokenAt = -Infinity;
  /** Whose visit wakes it, until it starts. */
  #visitor: StartCause | undefined;
  #settling: Promise<void> | undefined;
  #again = false;
  #resting = false;

  constructor(row: RunRow, room: LogRoom) {
    this.id = row.repoId;
    this.logs = emptyLogs(room);
    this.#row = row;
    this.#told = row.told;
    this.#sleeps = row.told?.stage === 'SLEEPING';
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

  /** Whether what would serve is asleep. */
  get sleeps(): boolean {
    return this.#sleeps;
  }

  /** What was said to the runner last. */
  get wanted(): Wish | undefined {
    return this.#wanted;
  }

  /** Its runs that served and have not ended. */
  get runs(): readonly Id[] {
    return [...this.#runs.keys()];
  }

  /** Whether it was found out that nothing is to run. */
  get resting(): boolean {
    return this.#resting;
  }

  /** The commits whose files somebody reads. */
  get commits(): readonly Sha1[] {
    const { serving } = this.#told ?? {};
    const known = [this.#wanted?.commit, this.#preparing, serving?.commit, ...this.#runs.values()];
    return known.filter((commit) => commit !== undefined);
  }

  /** Whether something that failed is to be tried again by now. */
  isDue(now: number): boolean {
    return now >= this.#retryAt;
  }

  /** Has it be tried again, later each time. */
  retryAfter(now: number): void {
    this.#retryAt = now + Math.min(RETRY_MS * 2 ** this.#failures, MOST_RETRY_MS);
    this.#failures += 1;
  }

  /** Has the files of a commit stay while they are made ready. */
  prepare(commit: Sha1): void {
    this.#preparing = commit;
  }

  /** Takes note of what changed. */
  update(row: RunRow): void {
    if (row.generation !== this.#row.generation) {
      // People want something else: that nothing is to run is no longer known, and what failed is not tried again later.
      this.#resting = false;
      this.#failures = 0;
    }
    this.#row = row;
    this.#changed();
  }

  /** Takes note of a wish. Returns whether it is to be sent. */
  say(wish: Wish): boolean {
    this.#wanted = wish;
    this.#preparing = undefined;
    this.#failures = 0;
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
    this.#sleeps = false;
    this.#visitor = undefined;
    this.#failures = 0;
    this.#preparing = undefined;
    this.#wanted = undefined;
    this.#sent = undefined;
    this.#told = undefined;
    this.#usage = undefined;
    this.#emptyLogs();
    this.#changed();
  }

  /** Nobody asks for its logs here any more, and nobody who waits learns more. */
  close(): void {
    this.#emptyLogs();
    this.#changed();
  }

  /** The runner knows nothing of what was sent. */
  forgetSent(): void {
    this.#sent = undefined;
  }

  /**
   * Takes note of what the runner says. Returns how the Space is then; `undefined` where that counts for nothing. What is said
   * of an older wish says only who is served, and whether that sleeps.
   */
  tell(told: Told): Told | undefined {
    if (told.generation > this.generation) return undefined;
    this.#sleeps = told.stage === 'SLEEPING';
    const last = this.#told;
    if (last === undefined || told.generation >= last.generation) return this.#take(told);
    // It ended what ran: that is said together with why nothing follows.
    const isEnded = last.stage === 'BUILD_ERROR' && isTakenBack(told);
    const message = isEnded ? withTakenBack(last.message ?? '') : last.message;
    return this.#take({ ...last, message, serving: told.serving });
  }

  /**
   * Takes note of why it cannot be made ready. What ran before goes on, until the runner says that it was ended. Returns how it is then.
   */
  refuse(why: string): Told {
    const { serving = null } = this.#told ?? {};
    // Once it was ended, it is still said why, however often it is tried again, and by whichever hub.
    const message = this.#told !== undefined && isTakenBack(this.#told) ? withTakenBack(why) : why;
    // The runner may be told to end it.
    this.#sent = undefined;
    return this.#take({ generation: this.generation, stage: 'BUILD_ERROR', message, serving });
  }

  /** A run has ended. */
  endRun(run: Id): void {
    this.#runs.delete(run);
  }

  /** Nothing of it runs any more. Returns how it is then. */
  endRuns(): Told | undefined {
    this.#runs.clear();
    this.#sent = undefined;
    return this.#told && this.#take(toldWithoutRun(this.#told));
  }

  /** Whether to say that somebody visits it; not again at once. The first who comes is who wakes it. */
  mayWake(now: number, visitor: StartCause): boolean {
    this.#visitor ??= visitor;
    if (now - this.#wokenAt < WAKE_MS) return false;
    this.#wokenAt = now;
    return true;
  }

  /** Whose visit woke it; the start after this one is another matter. */
  takeVisitor(): StartCause | undefined {
    const visitor = this.#visitor;
    this.#visitor = undefined;
    return visitor;
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

  #take(told: Told): Told {
    this.#told = told;
    // Whoever woke it has it, or will not: a start after this one is another matter.
    if (told.stage === 'RUNNING' || told.stage.endsWith('_ERROR')) this.#visitor = undefined;
    this.#noteRun();
    this.#changed();
    return told;
  }

  #noteRun(): void {
    const { serving } = this.#told ?? {};
    if (serving === undefined || serving === null) return;
    this.#runs.set(serving.run, serving.commit);
    // The one that serves is the last: a runner that never says that one has ended fills no memory.
    const [first] = this.#runs.keys();
    if (this.#runs.size > MOST_RUNS && first !== undefined) this.#runs.delete(first);
  }

  #emptyLogs(): void {
    this.logs.build.empty();
    this.logs.run.empty();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether it is said that what ran was ended, because it may have had a secret that was deleted. */
function isTakenBack({ serving, message }: Told): boolean {
  return serving === null && message?.startsWith(TAKEN_BACK) === true;
}

function withTakenBack(why: string): string {
  return why.startsWith(TAKEN_BACK) ? why : `${TAKEN_BACK}\n${why}`;
}
