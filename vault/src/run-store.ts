// Rows of runs: which ticket was used, who holds which version, and since when nobody does.
import { sql, type Kysely } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type VaultTables } from './tables.ts';

/** A ticket as the ledger has it. */
export interface Ticket {
  readonly kind: string;
  readonly writer: string;
  readonly subject: string;
  readonly actor: string;
  readonly credential: string;
  readonly body: string;
  /** How old it is, in seconds, by the database's clock. */
  readonly age: number;
}

/** A version that a run possesses. */
export interface Held {
  readonly version: string;
  readonly holder: string;
  /** Of a brokered one. */
  readonly placeholder: string | null;
}

/** Reads runs and tickets. */
export class RunReader {
  readonly #db: Kysely<VaultTables>;

  constructor(db: Db | Tx) {
    this.#db = db.withTables<VaultTables>();
  }

  /** The entry with this digest. */
  async findTicket(entry: string): Promise<Ticket | undefined> {
    return await this.#db
      .selectFrom('ledger.entry')
      .select(['kind', 'writer', 'subject', 'actor', 'credential', 'body'])
      .select(sql<number>`extract(epoch from clock_timestamp() - at)::float8`.as('age'))
      .where('hash', '=', entry)
      .executeTakeFirst();
  }

  /** Runs of an instance whose end is not recorded. */
  async listOpen(
    instance: string,
  ): Promise<{ readonly run: string; readonly space: string; readonly door: string }[]> {
    return await this.#db
      .selectFrom('vault.run')
      .select(['run', 'space', 'door'])
      .where('instance', '=', instance)
      .where('ended_at', 'is', null)
      .execute();
  }

  /** What a run holds whose end is not recorded. */
  async listHeld(run: string): Promise<Held[]> {
    return await this.#db
      .selectFrom('vault.held')
      .innerJoin('vault.run', 'vault.run.run', 'vault.held.run')
      .select(['version', 'holder', 'placeholder'])
      .where('vault.held.run', '=', run)
      .where('ended_at', 'is', null)
      .execute();
  }
}

/** Writes runs. */
export class RunWriter {
  readonly #db: Kysely<VaultTables>;

  constructor(tx: Tx) {
    this.#db = tx.withTables<VaultTables>();
  }

  /** Uses a ticket; `false`: it was used before. */
  async useTicket(entry: string, run: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('vault.ticket')
      .values({ entry, run })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Begins possession. */
  async begin(
    run: { readonly run: string; readonly space: string; readonly instance: string; readonly door: string },
    held: readonly Held[],
  ): Promise<void> {
    await this.#db.insertInto('vault.run').values(run).execute();
    if (held.length > 0)
      await this.#db
        .insertInto('vault.held')
        .values(held.map((one) => ({ run: run.run, ...one })))
        .execute();
  }

  /** Another version came into a run's door. */
  async hold(run: string, held: Held): Promise<void> {
    await this.#db
      .insertInto('vault.held')
      .values({ run, ...held })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async deliver(run: string): Promise<void> {
    await this.#db
      .updateTable('vault.run')
      .set({ delivered_at: sql<Date>`clock_timestamp()` })
      .where('run', '=', run)
      .execute();
  }

  /** Ends possession; `false`: it had ended, or never began. */
  async end(run: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('vault.run')
      .set({ ended_at: sql<Date>`clock_timestamp()` })
      .where('run', '=', run)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
  }
}
