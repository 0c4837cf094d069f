// Handles to PostgreSQL that see no tables: a store widens a handle to the tables it owns, and nothing else can query.
import { Kysely, PostgresDialect, type Transaction } from 'kysely';
import pg from 'pg';
import { type Secret } from '@holdfast/kernel/secret';

type NoTables = Record<never, never>;

/** Where a database is and who connects. `host` is a host name or the folder of a Unix socket. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: Secret<string>;
  /** `verify` checks the server's certificate against the system's roots; `require` only encrypts. */
  readonly tls: 'off' | 'require' | 'verify';
}

/** How a pool behaves. */
export interface PoolOptions {
  readonly connections: number;
  /** So many stay open when there is nothing to do; none by default. */
  readonly kept?: number;
  readonly applicationName: string;
  /** Called for errors on idle connections, which have no caller to reject. */
  readonly onError: (error: Error) => void;
}

/** Work to do once a transaction has committed; a rollback drops it. */
export type AfterCommit = () => void | Promise<void>;

/** A pool of connections. Reads may use it directly; writes need a transaction. */
export class Db {
  readonly #kysely: Kysely<NoTables>;

  constructor(kysely: Kysely<NoTables>) {
    this.#kysely = kysely;
  }

  /** The same pool, seeing the tables of one store. */
  withTables<Tables>(): Kysely<Tables> {
    return this.#kysely as unknown as Kysely<Tables>;
  }

  /** Runs the work in one transaction: it commits when the work returns and rolls back when it throws. */
  async transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const afterCommit: AfterCommit[] = [];
    const result = await this.#kysely.transaction().execute((trx) => work(new Tx(trx, afterCommit)));
    for (const act of afterCommit) await act();
    return result;
  }

  /** Like `transaction`, but every read in it sees one snapshot and nothing can be written. */
  async snapshot<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    return await this.#kysely
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((trx) => work(new Tx(trx, [])));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kysely.destroy();
  }
}

/** One open transaction. A writer can only be made from it, so that a change and its ledger entry share their fate. */
export class Tx {
  readonly #transaction: Transaction<NoTables>;
  readonly #afterCommit: AfterCommit[];

  constructor(transaction: Transaction<NoTables>, afterCommit: AfterCommit[]) {
    this.#transaction = transaction;
    this.#afterCommit = afterCommit;
  }

  /** The same transaction, seeing the tables of one store. */
  withTables<Tables>(): Transaction<Tables> {
    return this.#transaction as unknown as Transaction<Tables>;
  }

  /** Does something once this transaction has committed, such as dropping a cached row. */
  afterCommit(act: AfterCommit): void {
    this.#afterCommit.push(act);
  }
}

/** A pool for a store of rows; `bigint` columns arrive as numbers, which is exact up to 2^53. */
export function openPool(address: DatabaseAddress, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    password: address.password.reveal('to authenticate to PostgreSQL'),
    ssl: address.tls === 'off' ? false : { rejectUnauthorized: address.tls === 'verify' },
    max: options.connections,
    min: options.kept ?? 0,
    application_name: options.applicationName,
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 120_000,
    connectionTimeoutMillis: 10_000,
    // Names are always qualified; an attacker who could create objects elsewhere gains nothing by shadowing.
    // What is set for the role or the database yields to this: nobody has our commits return before they are on the disk.
    options: '-c search_path=pg_catalog,extensions -c timezone=UTC -c synchronous_commit=on',
    types: { getTypeParser },
  });
  pool.on('error', options.onError);
  // A connection that breaks while it is checked out rejects its query; without a listener it would end the process.
  pool.on('connect', (client) => client.on('error', options.onError));
  return pool;
}

/** Handles over a pool. Disposing the handle ends the pool. */
export function openDatabase(pool: pg.Pool): Db {
  return new Db(new Kysely<NoTables>({ dialect: new PostgresDialect({ pool }) }));
}

const INT8 = 20;
const NUMERIC = 1700;

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8 || oid === NUMERIC) return Number;
  return pg.types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
}
