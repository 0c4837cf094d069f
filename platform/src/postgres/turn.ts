// Whose turn it is to prepare a database. Several hubs may be started on it at the same instant.
import { type Pool, type PoolClient } from 'pg';
import { hasState, isUniqueViolation } from './faults.ts';

/** How long to wait for another's turn to end, in milliseconds. */
const PATIENCE = 60_000;
/** Of the schema and the table, each may be made by another in between. */
const TRIES = 4;

const LOCK_NOT_AVAILABLE = '55P03';
// How PostgreSQL says that somebody made it in between: of a schema, of a table, and of a table's row type.
const MADE_MEANWHILE = ['42P06', '42P07', '42710'];

/**
 * Waits until nobody else prepares this database; the turn ends when it is disposed of, or with its connection. The
 * pool must have a second connection for the work. Throws an `Error` that says so when another does not finish.
 */
export async function takeTurn(pool: Pool, patience: number = PATIENCE): Promise<AsyncDisposable> {
  await makeTable(pool);
  const client = await pool.connect();
  try {
    await client.query('begin');
    // The connection stays idle in this transaction for as long as the work takes.
    await client.query(`set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0`);
    await client.query(`set local lock_timeout = ${Math.max(1, Math.floor(patience))}`);
    // A table of the owner's, and not an advisory lock: those can be held by every role, and a taken-over hub's would
    // refuse every start. In this mode a backup, which reads every table, holds nothing up.
    await client.query('lock table migration.turn in exclusive mode');
  } catch (error) {
    await endTurn(client);
    if (!hasState(error, LOCK_NOT_AVAILABLE)) throw error;
    throw new Error(
      `another start prepares this database and was not done within ${patience / 1000} s; start again once it is`,
      { cause: error },
    );
  }
  return { [Symbol.asyncDispose]: () => endTurn(client) };
}

async function endTurn(client: PoolClient): Promise<void> {
  const broken = await client.query('rollback').then(
    () => false,
    () => true,
  );
  client.release(broken);
}

async function makeTable(pool: Pool): Promise<void> {
  for (let n = 1; ; n += 1)
    try {
      await pool.query('create schema if not exists migration');
      await pool.query('create table if not exists migration.turn ()');
      return;
    } catch (error) {
      // `if not exists` looks first and makes then: who comes in between is told of a duplicate.
      const made = isUniqueViolation(error) || MADE_MEANWHILE.some((state) => hasState(error, state));
      if (n === TRIES || !made) throw error;
    }
}
