// Reads and changes which runs with secrets were started, and which of them have ended.
import { sql, type Kysely } from 'kysely';
import { type Id } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type SpaceTables } from './tables.ts';

/** A run that was started. */
export interface StartedRun {
  /** The hub whose runner has it. */
  readonly hub: string;
  readonly ended: boolean;
  /** Whether that hub is known to be there. */
  readonly leased: boolean;
}

/** Reads started runs. */
export class StartedRunReader {
  protected readonly db: Kysely<SpaceTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SpaceTables>();
  }

  /** One run; `undefined` for one that never had a ticket, or ended long ago. */
  async find(run: Id): Promise<StartedRun | undefined> {
    return await this.db
      .selectFrom('spaces.started_run as s')
      .select([
        's.hub',
        sql<boolean>`s.ended_at is not null`.as('ended'),
        sql<boolean>`exists (
          select from spaces.runner h where h.hub = s.hub and h.lease_until > now())`.as('leased'),
      ])
      .where('s.run_id', '=', run)
      .executeTakeFirst();
  }

  /** When this hub gave a run its ticket; `undefined` where it did not, or that is long ago. */
  async findStart(run: Id, hub: string): Promise<Date | undefined> {
    const row = await this.db
      .selectFrom('spaces.started_run')
      .select('started_at')
      .where('run_id', '=', run)
      .where('hub', '=', hub)
      .executeTakeFirst();
    return row?.started_at;
  }
}

/** Changes started runs. */
export class StartedRunWriter extends StartedRunReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Notes that a run starts. Returns whether it is the first start of a run with this name. */
  async begin(run: Id, hub: string): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.db
      .insertInto('spaces.started_run')
      .values({ run_id: run, hub })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows === 1n;
  }

  /** Notes that all runs of a hub have ended but these, and forgets what ended a day ago, and what began then at a hub that is gone. */
  async endAllBut(hub: string, live: readonly Id[]): Promise<void> {
    await this.db
      .updateTable('spaces.started_run')
      .set({ ended_at: sql<Date>`now()` })
      .where('hub', '=', hub)
      .where('ended_at', 'is', null)
      .where(sql<boolean>`run_id <> all (${live}::text[])`)
      .execute();
    await this.db
      .deleteFrom('spaces.started_run as s')
      .where((where) =>
        where.or([
          where('s.ended_at', '<', sql<Date>`now() - interval '1 day'`),
          where.and([
            where('s.hub', '<>', hub),
            where('s.started_at', '<', sql<Date>`now() - interval '1 day'`),
            sql<boolean>`not exists (
              select from spaces.runner h where h.hub = s.hub and h.lease_until > now() - interval '1 day')`,
          ]),
        ]),
      )
      .execute();
  }
}
