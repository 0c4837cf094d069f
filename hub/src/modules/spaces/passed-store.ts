// Reads and keeps how many bytes the doors of Spaces let out and how many came back, by the hour in which their runs said so.
import { sql, type Kysely } from 'kysely';
import { type Id, idsSince } from '@holdfast/kernel/id';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type CountedSince } from '#modules/ledger';
import { type SpaceTables } from './tables.ts';

/** Bytes of one hour. */
interface PassedBytes {
  readonly sent: number;
  /** `undefined`: something was told within the hour that does not say it, because its door was started before it was counted. */
  readonly received: number | undefined;
}

/** Bytes of a run since it started. */
interface PassedOfRun extends PassedBytes {
  readonly space: Id;
  readonly run: Id;
  /** When this is recorded. */
  readonly at: Date;
}

/** Reads them. */
export class PassedReader {
  protected readonly db: Kysely<SpaceTables>;

  constructor(db: Db | Tx) {
    this.db = db.withTables<SpaceTables>();
  }

  /**
   * What passed since the beginning of an hour, by the hour, at most ten minutes after it did; in one that is not here nothing was told. A run
   * tells of what passed since it started: what it told before is taken off.
   */
  async listHours(space: Id, { at, cameAt }: CountedSince): Promise<ReadonlyMap<number, PassedBytes>> {
    const came = cameAt?.get(space);
    // What a run sent that began before the Space came is, in part, of before.
    const isOurs = came === undefined ? sql`true` : sql`run_id >= ${idsSince(came)}`;
    const { rows } = await sql<{ hour: Date; sent: number; received: number | null }>`
      with recent as materialized (
        select run_id, hour, sent, received from spaces.passed
         where repo_id = ${space} and hour >= ${at} and ${isOurs}),
      before as (
        select b.* from (select distinct run_id from recent) r cross join lateral (
          select p.run_id, p.hour, p.sent, p.received from spaces.passed p
           where p.repo_id = ${space} and p.run_id = r.run_id and p.hour < ${at} order by p.hour desc limit 1) b),
      told as (
        select hour, sent, received, row_number() over w as number, lag(sent) over w as sent_before,
               lag(received) over w as received_before
          from (select * from recent union all select * from before) as known
        window w as (partition by run_id order by hour))
      select hour, sum(greatest(sent - coalesce(sent_before, 0), 0)) as sent,
             case when bool_and(received is not null and (number = 1 or received_before is not null)) then
               sum(greatest(received - coalesce(received_before, 0), 0))
             end as received
        from told where hour >= ${at} group by hour`.execute(this.db);
    return new Map(
      rows.map(({ hour, sent, received }) => [hour.getTime(), { sent, received: received ?? undefined }]),
    );
  }
}

/** Keeps them. */
export class PassedWriter extends PassedReader {
  constructor(tx: Tx) {
    super(tx);
  }

  /** Keeps what passed; what two hubs know of one run is never added up. */
  async keep({ space, run, at, sent, received }: PassedOfRun): Promise<void> {
    await sql`
      insert into spaces.passed as p (repo_id, run_id, hour, sent, received)
      values (${space}, ${run}, date_trunc('hour', ${at}::timestamptz, 'UTC'), ${sent}, ${received ?? null})
      on conflict (repo_id, run_id, hour) do update set sent = greatest(p.sent, excluded.sent),
        received = case when p.received is not null and excluded.received is not null
          then greatest(p.received, excluded.received) end`.execute(this.db);
  }
}
