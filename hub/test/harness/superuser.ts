// Looks behind a running instance's back: its embedded database as the superuser, whose password lies among the keys.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '@holdfast/kernel/secret';
import { openDatabase, openPool, type Db } from '@holdfast/platform/postgres/database';
import { type Pool } from 'pg';
import { type TestDatabase } from './database.ts';
import { type Instance } from './instance.ts';

/** The database as its superuser sees it. */
export interface Superuser extends AsyncDisposable {
  readonly pool: Pool;
  readonly db: Db;
}

/** Signs in. The one who runs the test must be the one who started the instance, or root. */
export async function openSuperuser(instance: Instance): Promise<Superuser> {
  const { data } = instance;
  const password = (await readFile(`${data}.keys/postgres-superuser.password`, 'utf8')).trim();
  const pool = openPool(
    {
      host: path.join(data, 'run', 'postgres'),
      port: 5432,
      database: 'holdfast',
      user: 'holdfast_superuser',
      password: new Secret(password),
      tls: 'off',
    },
    { connections: 1, applicationName: 'test', onError: () => undefined },
  );
  const db = openDatabase(pool);
  return { pool, db, [Symbol.asyncDispose]: () => db[Symbol.asyncDispose]() };
}

/** A connection as the superuser of a test's own database. */
export function openSuperuserPool({ superuser }: TestDatabase): { readonly pool: Pool } & AsyncDisposable {
  const pool = openPool(superuser, { connections: 1, applicationName: 'test', onError: () => undefined });
  return { pool, [Symbol.asyncDispose]: async () => await pool.end() };
}
