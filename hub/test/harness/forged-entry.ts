// Entries of somebody who rules the database, as nobody else gets one onto the ledger: behind the back of what would refuse it.
import { type TestDatabase } from './database.ts';
import { withPool } from './shared-server.ts';

/** What such an entry says. */
export interface ForgedEntry {
  readonly kind: string;
  readonly subject: string;
  readonly actor: string;
  /** Any text. */
  readonly body: string;
}

/** Writes one in the name of the superuser; some entry has to be there. */
export async function forgeEntry(superuser: TestDatabase['superuser'], entry: ForgedEntry): Promise<void> {
  await withPool(superuser, async (pool) => {
    await pool.query('begin; set local session_replication_role = replica');
    await pool.query(
      `insert into ledger.entry
         select (jsonb_populate_record(e, $1::jsonb || jsonb_build_object('writer', session_user,
           'n', (select count(*) + 1 from ledger.entry x where x.writer = session_user),
           'hash', encode(sha256(convert_to($1::text, 'UTF8')), 'hex')))).* from ledger.entry e limit 1`,
      [JSON.stringify(entry)],
    );
    await pool.query('commit');
  });
}
