// Finds and erases personal values.
import { sql } from 'kysely';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type PreparedEntry } from './model.ts';
import { conditionsOf, isFrom, type EntryFilter } from './search-store.ts';
import { type LedgerTables } from './tables.ts';

/**
 * The time by the database's clock: every entry recorded before this was asked is older, every one recorded after the
 * answer is not. A `Date` has no microseconds, so it is the next whole millisecond, which the database waits for; cut
 * off, it would leave out the entries of the last millisecond.
 */
export async function readNow(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`
    select date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' as now, pg_sleep(0.001)`.execute(
    db.withTables(),
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database told no time');
  return row.now;
}

/** Entries that pass the filter and have personal values beside them, at most `limit`, and how many values those are. */
export async function listPersonal(
  tx: Tx,
  filter: EntryFilter,
  limit: number,
): Promise<{ readonly entries: readonly string[]; readonly values: number }> {
  let query = tx
    .withTables<LedgerTables>()
    .selectFrom('ledger.entry')
    .select('hash')
    .select(
      sql<number>`(select count(*) from ledger.personal p where p.entry = ledger.entry.hash)`.as('values'),
    )
    .where(sql<boolean>`exists (select from ledger.personal p where p.entry = ledger.entry.hash)`)
    .limit(limit);
  const { address, ...others } = filter;
  for (const condition of conditionsOf(others)) query = query.where(condition);
  // What is erased does not come back: the very text that was named, and not what others of its network did.
  if (address !== undefined) query = query.where(isFrom([address]));
  const rows = await query.execute();
  return { entries: rows.map(({ hash }) => hash), values: rows.reduce((sum, row) => sum + row.values, 0) };
}

/** Erases them, with the entry that says so. */
export async function erasePersonal(
  tx: Tx,
  wanted: { readonly entries: readonly string[]; readonly actor: string; readonly prepared: PreparedEntry },
): Promise<void> {
  const { entries, actor, prepared } = wanted;
  const db = tx.withTables<LedgerTables>();
  // A trigger does it, records it, and tells the digest of the entry.
  const { rows } = await sql<{ entry: string }>`
    insert into ledger.erasure (entries, actor, said) values (${entries}::text[], ${actor}, ${prepared.body})
    returning entry`.execute(db);
  const [made] = rows;
  if (made === undefined) throw new Error('values were erased and no entry says so');
  if (prepared.personal.length > 0)
    await db
      .insertInto('ledger.personal')
      .values(prepared.personal.map((one) => ({ entry: made.entry, ...one })))
      .execute();
}
