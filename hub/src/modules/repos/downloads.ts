// Download counts: gathered in memory, written once in a while, and summed up to what lists sort by.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Db } from '@holdfast/platform/postgres/database';
import { addDownloads, renewWindows } from './download-store.ts';

/** The queue task that renews what depends on a moving window of days. */
export const WINDOWS_TASK = 'repos:renew-windows';

/** Counts downloads. A crash loses at most what came since the last flush; they are statistics, not records. */
export class Downloads {
  readonly #db: Db;
  readonly #clock: Clock;
  #counts = new Map<Id, number>();

  constructor(deps: { db: Db; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  /** Counts one download. */
  note(repoId: Id): void {
    this.#counts.set(repoId, (this.#counts.get(repoId) ?? 0) + 1);
  }

  /** Writes what was counted since the last call. */
  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    await this.#db.transaction((tx) => addDownloads(tx, this.#clock.now(), counts));
  }

  /** Renews the counts of the last 30 days and the trending score. */
  async renewWindows(): Promise<void> {
    await this.#db.transaction((tx) => renewWindows(tx, this.#clock.now()));
  }
}
