// Writers that record acts as the hub's role does, and others that insert the same rows into a plain table.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { type BenchHub } from '../hub.ts';

/** Connections of one role, each a writer. */
export interface Writers extends AsyncDisposable {
  readonly clients: readonly pg.Client[];
}

/** Signs in as the hub does, or as the superuser. The one who runs the bench must have started the hub, or be root. */
export async function openWriters(hub: BenchHub, role: 'hub' | 'superuser', count: number): Promise<Writers> {
  const password = (await readFile(`${hub.data}.keys/postgres-${role}.password`, 'utf8')).trim();
  const instance = (await readFile(path.join(hub.data, 'instance'), 'utf8')).trim();
  const user = role === 'hub' ? `holdfast_hub_${instance}` : 'holdfast_superuser';
  const host = path.join(hub.data, 'run', 'postgres');
  const clients = Array.from(
    { length: count },
    () => new pg.Client({ host, port: 5432, database: 'holdfast', user, password }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  return {
    clients,
    [Symbol.asyncDispose]: async () => void (await Promise.all(clients.map((client) => client.end()))),
  };
}

/** A transaction of one statement, with the values of its nth run. */
export interface Act {
  readonly name: string;
  readonly text: string;
  readonly values: (n: number) => unknown[];
}

const BODY = JSON.stringify({
  commit: 'a'.repeat(40),
  files: 3,
  ref: 'refs/heads/main',
  repo: 'b'.repeat(24),
});

/** What an act records: a commit of one of a thousand repositories, by one of a hundred tokens. */
function recordOf(n: number): unknown[] {
  return ['commit.created', `repo:${n % 1000}`, `user:${n % 50}`, `token:${n % 100}`, BODY];
}

/** An act recorded as the hub records it. */
export const RECORD: Act = {
  name: 'record',
  text: 'insert into ledger.entry (kind, subject, actor, credential, body) values ($1, $2, $3, $4, $5)',
  values: recordOf,
};

/** The table for the same rows: columns and indexes of the ledger, and nothing that looks at them. */
export const PLAIN_TABLE = `
  create schema if not exists bench;
  drop table if exists bench.plain;
  create table bench.plain (like ledger.entry including indexes);
  create sequence if not exists bench.numbers`;

/** The same row, whole, into the plain table. */
export const PLAIN: Act = {
  name: 'plain',
  text: `insert into bench.plain (writer, lane, n, previous, at, xid, kind, subject, subject_n, subject_previous, actor,
           credential, body, hash)
         values (session_user, $6, nextval('bench.numbers'), repeat('0', 64), clock_timestamp(), pg_current_xact_id(), $1, $2,
           0, repeat('0', 64), $3, $4, $5, $7)`,
  values: (n) => [...recordOf(n), n % 8, digestLike()],
};

// A digest is as good as random, which is what an index of them costs.
function digestLike(): string {
  return Array.from({ length: 8 }, () =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}

/** Lets every writer commit one act after another for some seconds; gives acts a second. */
export async function writeFor(writers: Writers, act: Act, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let done = 0;
  const began = performance.now();
  await Promise.all(
    writers.clients.map(async (client) => {
      while (performance.now() < until) {
        await client.query({ name: act.name, text: act.text, values: act.values((done += 1)) });
      }
    }),
  );
  return done / ((performance.now() - began) / 1000);
}
