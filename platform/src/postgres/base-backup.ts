// A copy of a running server's files from which it can be started again (PostgreSQL's low-level backup interface). The embedded
// server brings no program for it, and its only way in speaks no replication protocol.
import { openSync, closeSync } from 'node:fs';
import pg from 'pg';
import { type DatabaseAddress } from './database.ts';

/** What is to be copied, and when. */
export interface BackupSteps {
  /** Copies the server's files while it writes to them; its log apart. */
  files(): Promise<void>;
  /** Writes this file of the backup: without it a server would not know that it has to read the log. */
  label(text: string): Promise<void>;
  /** Copies the files of the log from the first to the last of these; none of them changes any more. */
  log(first: string, last: string): Promise<void>;
}

/** Longest path of a socket that the system takes. */
const LONGEST = 107;

/** Makes one. The address is the superuser's. Throws what connecting and the steps throw. */
export async function backUpServer(address: DatabaseAddress, steps: BackupSteps): Promise<void> {
  using socket = shortened(address);
  const client = new pg.Client({
    ...{ host: socket.host, port: address.port, database: address.database, user: address.user },
    password: address.password.reveal('the operator backs the database up'),
    application_name: 'holdfast backup',
    options: '-c search_path=pg_catalog -c statement_timeout=0 -c idle_session_timeout=0',
  });
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  client.on('error', lost.reject);
  await client.connect();
  try {
    await Promise.race([work(client, steps), lost.promise]);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function work(client: pg.Client, steps: BackupSteps): Promise<void> {
  // Keeps the log until this session ends, however long the copying takes.
  await client.query('select pg_create_physical_replication_slot($1, true, true)', [
    `holdfast_backup_${process.pid}`,
  ]);
  const first = await ask(client, 'select pg_walfile_name(pg_backup_start($1, true)) as file', ['holdfast']);
  await steps.files();
  const stopped = await client.query<{ labelfile: string; file: string }>(
    'select labelfile, pg_walfile_name(lsn) as file from pg_backup_stop(false)',
  );
  const [end] = stopped.rows;
  if (end === undefined) throw new Error('the server did not say where the backup ends');
  await steps.label(end.labelfile);
  await steps.log(first, end.file);
}

async function ask(client: pg.Client, query: string, values: readonly string[]): Promise<string> {
  const { rows } = await client.query<{ file: string }>(query, [...values]);
  if (rows[0] === undefined) throw new Error('the server gave no answer');
  return rows[0].file;
}

// A socket in a folder of any length is reached through a descriptor of that folder.
function shortened({ host, port }: DatabaseAddress): { readonly host: string } & Disposable {
  const name = `/.s.PGSQL.${port}`;
  if (process.platform !== 'linux' || Buffer.byteLength(host + name) <= LONGEST)
    return { host, [Symbol.dispose]: () => undefined };
  const fd = openSync(host, 'r');
  return { host: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) };
}
