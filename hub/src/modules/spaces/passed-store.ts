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
   * tells of what passed since it started: the most that it told before is taken off.
   */
  async listHours(space: Id, { at, cameAt }: CountedSince): Promise<ReadonlyMap<number, PassedBytes>> {
    const came = cameAt?.get(space);
    // What a run sent that began before the Space came is, in part, of before.
    const isOurs = came === undefined ? sql`true` : sql`run_id >= ${idsSince(came)}`;
    const { rows } = await sql<{ hour: Date; sent: number; received: number | null }>`
      with told as (
        select hour, sent, received, max(sent) over earlier as sent_before, max(received) over earlier as received_before,
               row_number() over w = 1 or lag(received) over w is not null as was_known
          from spaces.passed
         where repo_id = ${space} and run_id in (
           select run_id from spaces.passed where repo_id = ${space} and hour >= ${at} and ${isOurs})
        window w as (partition by run_id order by hour), earlier as (w rows between unbounded preceding and 1 preceding))
      select hour, sum(greatest(sent - coalesce(sent_before, 0), 0)) as sent,
             case when bool_and(received is not null and was_known) then
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

  /**
   * Removes hours before a time. Of a run that told of more since then the last of them stays, and of one that serves its last one: what it
   * tells next counts from there.
   */
  async cut(before: Date): Promise<void> {
    await sql`
      delete from spaces.passed p using (
        select repo_id, run_id, hour, lead(hour) over (partition by repo_id, run_id order by hour) as next from spaces.passed) n
       where (n.repo_id, n.run_id, n.hour) = (p.repo_id, p.run_id, p.hour) and p.hour < ${before}
         and (n.next < ${before} or n.next is null and not exists (
           select from spaces.run r where r.repo_id = p.repo_id and r.run_id = p.run_id))`.execute(this.db);
  }
}
