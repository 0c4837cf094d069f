// A PostgreSQL of the operator's own, as the documentation asks for one: a role that owns the database and may make roles.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { PostgresServer } from './postgres-server.ts';

/** The server, and how it is reached. */
export interface OperatorsServer {
  readonly port: number;
  readonly server: PostgresServer;
  /** The operator's password. */
  readonly password: string;
  /** Its `DATABASE_URL`, over the network or by its socket. */
  urlOf(database: string, how: 'network' | 'socket'): string;
  /** Asks as the superuser. */
  query(database: string, text: string): Promise<Record<string, unknown>[]>;
  /** Makes a database of the operator's. */
  createDatabase(name: string): Promise<void>;
}

/** Starts one. It ends with the process. */
export async function openOperatorsServer(): Promise<OperatorsServer> {
  const port = await freePort();
  const server = await PostgresServer.openOperators(port);
  const password = randomBytes(12).toString('hex');
  const query = (database: string, text: string) => querySuperuser(server, database, text);
  await query('postgres', `create role operator login createrole password '${password}'`);
  const at = `postgres://operator:${password}`;
  return {
    port,
    server,
    password,
    query,
    urlOf: (database, how) =>
      how === 'network'
        ? `${at}@127.0.0.1:${port}/${database}?sslmode=disable`
        : `${at}@localhost:${port}/${database}?host=${server.superuser.host}`,
    createDatabase: async (name) => {
      await query('postgres', `create database ${name} owner operator`);
    },
  };
}

async function querySuperuser(
  server: PostgresServer,
  database: string,
  text: string,
): Promise<Record<string, unknown>[]> {
  const { host, port, user, password } = server.superuser;
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    password: password.reveal('to look behind the hubs'),
  });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
