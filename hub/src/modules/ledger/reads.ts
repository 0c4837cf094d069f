// Reads of private content: recorded once an hour for each (credential, address, repository, revision, path) before
// the first byte leaves, repeats counted. Memory is bounded: when the hour's table is full, every read is recorded.
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Entry } from './model.ts';
import { record } from './ledger.ts';

/** One read of something private. */
export interface PrivateRead {
  readonly actor: string;
  readonly credential: string;
  readonly address: string;
  readonly repoId: string;
  readonly revision: string;
  /** The path that was read, or empty for a listing. */
  readonly path: string;
}

const HOUR_MS = 3_600_000;
const MAX_REMEMBERED = 50_000;

interface Remembered {
  readonly read: PrivateRead;
  readonly recorded: Promise<void>;
  committed: boolean;
  repeats: number;
}

/** Remembers what was recorded in this hour, so that a repeat costs a look-up in memory. */
export class Reads {
  readonly #db: Db;
  readonly #clock: Clock;
  #hour = 0;
  #remembered = new Map<string, Remembered>();
  #waiting: { entry: Entry; done: () => void; failed: (error: unknown) => void }[] = [];
  #writing = false;

  constructor(deps: { db: Db; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  /**
   * Records the read, or counts it as a repeat. Returns a promise only where an entry is still to be committed;
   * rejects when it cannot be, and then nothing may be sent.
   */
  recordRead(read: PrivateRead): Promise<void> | undefined {
    this.#turnHour();
    const key = `${read.credential}\n${read.address}\n${read.repoId}\n${read.revision}\n${read.path}`;
    const before = this.#remembered.get(key);
    if (before !== undefined) {
      before.repeats += 1;
      return before.committed ? undefined : before.recorded;
    }
    const recorded = this.#append(entryOf('read.private', read, {}));
    if (this.#remembered.size < MAX_REMEMBERED) {
      const remembered: Remembered = { read, recorded, committed: false, repeats: 0 };
      this.#remembered.set(key, remembered);
      recorded.then(
        () => (remembered.committed = true),
        () => {
          // Another hour may have begun since, in which it is remembered anew.
          if (this.#remembered.get(key) === remembered) this.#remembered.delete(key);
        },
      );
    }
    return recorded;
  }

  /**
   * Records the counts of repeats so far, at the end of an hour and before the process ends. Rejects where some cannot be recorded; they are
   * counted on.
   */
  async flush(): Promise<void> {
    const ended = [...this.#remembered].filter(([, { repeats }]) => repeats > 0);
    this.#remembered = new Map();
    // All at once, so that many share a transaction: those of an hour are there shortly after it.
    const told = await Promise.allSettled(
      ended.map(([, { read, repeats }]) => this.#append(entryOf('read.repeated', read, { repeats }))),
    );
    const failed = told.flatMap((one, at) => (one.status === 'rejected' ? [{ at, reason: one.reason }] : []));
    for (const { at } of failed) this.#countOn(ended[at]);
    if (failed.length > 0) throw failed[0]?.reason;
  }

  #countOn(one: readonly [string, Remembered] | undefined): void {
    if (one === undefined) return;
    const [key, before] = one;
    const now = this.#remembered.get(key);
    if (now === undefined) this.#remembered.set(key, before);
    else now.repeats += before.repeats;
  }

  /** Records the counts of an hour that is over, also where nobody reads any more: late, they would be taken for those of another time. */
  async flushEnded(): Promise<void> {
    if (this.#beginHour()) await this.flush();
  }

  #turnHour(): void {
    if (this.#beginHour()) void this.flush().catch(() => undefined);
  }

  /** Whether another hour began, and there is something of the last one. */
  #beginHour(): boolean {
    const hour = Math.floor(this.#clock.now().getTime() / HOUR_MS);
    if (hour === this.#hour) return false;
    this.#hour = hour;
    return this.#remembered.size > 0;
  }

  // Reads that arrive while a transaction is under way share the next one.
  #append(entry: Entry): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ entry, done, failed });
      if (!this.#writing) void this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, 200);
      try {
        await this.#db.transaction(async (tx) => {
          for (const { entry } of batch) await record(tx, entry);
        });
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#writing = false;
  }
}

function entryOf(kind: string, read: PrivateRead, more: { repeats?: number }): Entry {
  return {
    kind,
    subject: `repo:${read.repoId}`,
    actor: read.actor,
    credential: read.credential,
    body: { revision: read.revision, path: read.path, ...more },
    personal: { address: read.address },
  };
}
