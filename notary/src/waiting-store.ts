// Whether something waits to be ordered: asked often, and so cheap.
import { sql } from 'kysely';
import { type Db } from '@holdfast/platform/postgres/database';

/** Whether a lane is longer than what is ordered of it. */
export async function hasWaiting(db: Db): Promise<boolean> {
  const { rows } = await sql<{ waits: boolean }>`
    select exists (
      select from ledger.lane l left join notary.lane o on o.writer = l.writer and o.lane = l.lane
       where l.n > coalesce(o.n, 0)) as waits`.execute(db.withTables());
  return rows[0]?.waits === true;
}
