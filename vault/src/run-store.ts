// Rows of runs: which ticket was used, who holds which version, and since when nobody does.
import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Tag } from './key-holder.ts';
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
  /** Whether the vault has found its release below a signed checkpoint. */
  readonly signed: boolean;
}

/** Uses that a door was allowed and has not said it made. */
export interface OpenLease {
  readonly version: string;
  readonly uses: number;
}

/** A run whose end is not recorded. */
export interface OpenRun {
  readonly run: string;
  readonly space: string;
  readonly instance: string;
  readonly door: string;
  /** `null`: it is from before there were tags, or the key of its tag was given up. */
  readonly tag: Tag | null;
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

  /** Runs whose end is not recorded, of one instance or of all. */
  async listOpen(instance?: string): Promise<OpenRun[]> {
    return await this.#listOpen((query) =>
      instance === undefined ? query : query.where('instance', '=', instance),
    );
  }

  /** The run, if its end is not recorded. */
  async findOpen(run: string): Promise<OpenRun | undefined> {
    return (await this.#listOpen((query) => query.where('run', '=', run)))[0];
  }

  async #listOpen(narrow: (query: OpenRuns) => OpenRuns): Promise<OpenRun[]> {
    const rows = await narrow(this.#db.selectFrom('vault.run').where('ended_at', 'is', null))
      .select(['run', 'space', 'instance', 'door', 'tag', 'tag_generation'])
      .execute();
    return rows.map(({ tag, tag_generation: generation, ...row }) => ({
      ...row,
      tag: tag === null || generation === null ? null : { generation, bytes: tag },
    }));
  }

  /** All that a run ever held. */
  async listEverHeld(run: string): Promise<Held[]> {
    return await this.#db
      .selectFrom('vault.held')
      .select(['version', 'holder', 'placeholder', 'signed'])
      .where('run', '=', run)
      .execute();
  }

  /** What a door was allowed by the answer to this question of its, and has not closed. */
  async findLease(run: string, ask: number): Promise<OpenLease | undefined> {
    return await this.#db
      .selectFrom('vault.lease')
      .select(['version', 'uses'])
      .where('run', '=', run)
      .where('ask', '=', ask)
      .executeTakeFirst();
  }

  /** What a run holds, and neither its end nor that of the run is recorded. */
  async listHeld(run: string): Promise<Held[]> {
    return await this.#db
      .selectFrom('vault.held')
      .innerJoin('vault.run', 'vault.run.run', 'vault.held.run')
      .select(['version', 'holder', 'placeholder', 'signed'])
      .where('vault.held.run', '=', run)
      .where('vault.run.ended_at', 'is', null)
      .where('vault.held.ended_at', 'is', null)
      .execute();
  }
}

type OpenRuns = SelectQueryBuilder<VaultTables, 'vault.run', object>;

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
  async begin(run: OpenRun, held: readonly Held[]): Promise<void> {
    const { tag, ...row } = run;
    await this.#db
      .insertInto('vault.run')
      .values({ ...row, tag: tag?.bytes ?? null, tag_generation: tag?.generation ?? null })
      .execute();
    if (held.length > 0)
      await this.#db
        .insertInto('vault.held')
        .values(held.map((one) => ({ run: run.run, ...one })))
        .execute();
  }

  /** A run holds one more. */
  async hold(run: string, held: Held): Promise<void> {
    await this.#db
      .insertInto('vault.held')
      .values({ run, ...held })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  /** The releases of these versions to the run were found signed. */
  async setSigned(run: string, versions: readonly string[]): Promise<void> {
    await this.#db
      .updateTable('vault.held')
      .set({ signed: true })
      .where('run', '=', run)
      .where('version', 'in', [...versions])
      .execute();
  }

  /** Locks a run's row against others who would change what it holds. */
  async lock(run: string): Promise<void> {
    await this.#db.selectFrom('vault.run').select('run').where('run', '=', run).forUpdate().execute();
  }

  /** Lets nobody begin or change a run until the end of the transaction. */
  async lockAll(): Promise<void> {
    await sql`lock table vault.run in exclusive mode`.execute(this.#db);
  }

  /** Takes the tags of all runs whose end is not recorded: nothing is granted them anew. Gives those that had one. */
  async untagAll(): Promise<string[]> {
    const rows = await this.#db
      .updateTable('vault.run')
      .set({ tag: null, tag_generation: null })
      .where('ended_at', 'is', null)
      .where('tag', 'is not', null)
      .returning('run')
      .execute();
    return rows.map(({ run }) => run);
  }

  /** Sets the tag of a run. */
  async tag(run: string, { generation, bytes }: Tag): Promise<void> {
    await this.#db
      .updateTable('vault.run')
      .set({ tag: bytes, tag_generation: generation })
      .where('run', '=', run)
      .execute();
  }

  /** Its door can use nothing any more. */
  async endDoor(run: string): Promise<void> {
    await this.#db
      .updateTable('vault.held')
      .set({ ended_at: sql<Date>`clock_timestamp()` })
      .where('run', '=', run)
      .where('holder', '=', 'door')
      .where('ended_at', 'is', null)
      .execute();
  }

  /**
   * A door is allowed uses, in answer to this question of its; `false`: its run has ended. An end waits until this is committed,
   * so that it takes what is open with it.
   */
  async openLease(run: string, ask: number, { version, uses }: OpenLease): Promise<boolean> {
    const { rows } = await sql`
      insert into vault.lease (run, ask, version, uses)
      select r.run, ${ask}, ${version}, ${uses}
        from (select run from vault.run where run = ${run} and ended_at is null for share) as r
      returning ask`.execute(this.#db);
    return rows.length > 0;
  }

  /** It said how many it made; `false`: that was said before, or all of them have counted at the end of its run. */
  async closeLease(run: string, ask: number): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('vault.lease')
      .where('run', '=', run)
      .where('ask', '=', ask)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** Closes what a run that has ended left open; gives it, by version. */
  async takeUnclosed(run: string): Promise<OpenLease[]> {
    const { rows } = await sql<OpenLease>`
      with gone as (
        delete from vault.lease where run = ${run}
          and exists (select from vault.run r where r.run = ${run} and r.ended_at is not null)
        returning version, uses)
      select version, sum(uses)::bigint as uses from gone group by version order by version`.execute(
      this.#db,
    );
    return rows;
  }

  /** The program inside has what it was given; `false`: there is no such run, or that was said before. */
  async deliver(run: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('vault.run')
      .set({ delivered_at: sql<Date>`clock_timestamp()` })
      .where('run', '=', run)
      .where('delivered_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows === 1n;
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
