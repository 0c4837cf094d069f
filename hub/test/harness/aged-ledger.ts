// A ledger with a past: entries that the database dates back as it takes them, and a notary that signs at that time.
import { type Clock } from '@holdfast/kernel/clock';
import { type Pool } from 'pg';
import { type TestDatabase } from './database.ts';
import { recordEntries } from './ledger-files.ts';
import { openNotaryFolder, openTestNotary, type TestNotary } from './notary.ts';
import { openSuperuserPool } from './superuser.ts';

const DAY = 86_400_000;

/** A notary over a ledger whose entries have an age. */
export interface AgedLedger extends AsyncDisposable {
  readonly notary: TestNotary;
  /** Its folder, and a place for files. */
  readonly folder: string;
  readonly path: string;
  readonly superuser: Pool;
  /** Records and signs entries that many days ago. */
  record(count: number, days: number): Promise<void>;
}

/** Opens it. The notary keeps what it cuts off by its own clock, which is the true one outside of `record`. */
export async function openAgedLedger(database: TestDatabase, keepDays: number): Promise<AgedLedger> {
  await using stack = new AsyncDisposableStack();
  const own = stack.use(await openNotaryFolder());
  const superuser = stack.use(openSuperuserPool(database)).pool;
  let ago = 0;
  const clock: Clock = { now: () => new Date(Date.now() - ago * DAY) };
  const notary = stack.use(await openTestNotary(database.notary, { folder: own.folder, clock, keepDays }));
  const { rows } = await superuser.query<{ text: string }>(
    `select pg_get_functiondef('ledger.chain'::regproc) as text`,
  );
  const chain = rows[0]?.text ?? '';
  const running = stack.move();
  return {
    notary,
    folder: own.folder,
    path: own.path,
    superuser,
    record: async (count, days) => {
      ago = days;
      await superuser.query(
        chain.replace('clock_timestamp()', `clock_timestamp() - interval '${days} days'`),
      );
      await recordEntries(database, count);
      await notary.round();
      await superuser.query(chain);
      ago = 0;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
