// Counters that tell every hub when cached rights or names are out of date. A cache is trusted only while the counter
// was read less than half a second ago, so that a lost notification or a paused process never keeps a revoked token alive.
import { type Clock } from '@holdfast/kernel/clock';
import { type Db, type Tx } from './database.ts';

/**
 * What changes together: `identity` is accounts, memberships and tokens; `repos` is names, visibility and settings;
 * `history` is commits that were taken out of a repository.
 */
export type EpochName = 'identity' | 'repos' | 'history';

type EpochTables = { 'epoch.counter': { name: EpochName; n: number } };

const POLL_MS = 250;
const TRUST_MS = 500;

/** The migration that makes the counters. */
export const epochMigration = {
  name: 'epoch/0001-counters',
  sql: `
    create schema epoch;
    create table epoch.counter (name text primary key, n bigint not null);
    insert into epoch.counter values ('identity', 1), ('repos', 1);
    grant usage on schema epoch to holdfast_hub;
    grant select, update on epoch.counter to holdfast_hub;`,
};

/** The migration that adds the counter of rewritten histories. */
export const historyEpochMigration = {
  name: 'epoch/0002-history',
  sql: `insert into epoch.counter values ('history', 1);`,
};

/** What this process last read, and who wants to know of a change. */
export class Epochs {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #seen = new Map<EpochName, number>();
  readonly #listeners = new Map<EpochName, (() => void)[]>();
  #readAt = 0;
  #reading: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: { db: Db; clock: Clock }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
  }

  /** Begins to poll. A failed read is retried; until one succeeds, `areFresh` is false and caches are not used. */
  start(): void {
    this.#timer = setInterval(() => void this.read().catch(() => undefined), POLL_MS);
    this.#timer.unref();
  }

  /** Calls the listener when the counter moved since it was last read. */
  onChange(name: EpochName, listener: () => void): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) this.#listeners.set(name, [listener]);
    else listeners.push(listener);
  }

  /** Says that what every hub cached is out of date once this transaction commits; this process knows at once. */
  async advance(tx: Tx, name: EpochName): Promise<void> {
    await tx
      .withTables<EpochTables>()
      .updateTable('epoch.counter')
      .set((row) => ({ n: row('n', '+', 1) }))
      .where('name', '=', name)
      .execute();
    // If this read fails, `areFresh` turns false before the poll has had two chances.
    tx.afterCommit(async () => {
      // One that was asked before the commit may not have seen it.
      await this.#reading?.catch(() => undefined);
      await this.read().catch(() => undefined);
    });
  }

  /** Whether caches may be trusted now. */
  areFresh(): boolean {
    return this.#clock.now().getTime() - this.#readAt <= TRUST_MS;
  }

  /** Reads the counters now. Rejects when the database does not answer. Concurrent calls share one read. */
  read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    // The clock is read before the question is asked: an answer that was long under way is as old as its question.
    const askedAt = this.#clock.now().getTime();
    const rows = await this.#db.withTables<EpochTables>().selectFrom('epoch.counter').selectAll().execute();
    for (const { name, n } of rows) {
      if (this.#seen.get(name) === n) continue;
      this.#seen.set(name, n);
      for (const listener of this.#listeners.get(name) ?? []) listener();
    }
    this.#readAt = askedAt;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
