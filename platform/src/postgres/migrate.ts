// Applies forward-only migrations once each, in order, and refuses a history that does not match.
import { type Pool, type PoolClient } from 'pg';
import { sha256 } from '@holdfast/kernel/digest';

/** One step. Its text must never change once released. */
export interface Migration {
  /** `module/0001-words`, unique. */
  readonly name: string;
  readonly sql: string;
}

/**
 * Applies what is not yet applied; each step is a transaction of its own. One at a time: `takeTurn`. Returns the names
 * applied now.
 */
export async function applyMigrations(pool: Pool, migrations: readonly Migration[]): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query(`create schema if not exists migration`);
    await client.query(
      `create table if not exists migration.applied
         (name text primary key, digest text not null, at timestamptz not null default now())`,
    );
    return await applyMissing(client, migrations);
  } finally {
    client.release();
  }
}

async function applyMissing(client: PoolClient, migrations: readonly Migration[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string; digest: string }>(
    'select name, digest from migration.applied',
  );
  const applied = new Map(rows.map((row) => [row.name, row.digest]));
  refuseUnknown(applied, migrations);
  const now: string[] = [];
  for (const migration of migrations) {
    const digest = sha256(migration.sql);
    const before = applied.get(migration.name);
    if (before === digest) continue;
    if (before !== undefined)
      throw new Error(
        `migration ${migration.name} was changed after it was applied; restore its released text`,
      );
    await applyOne(client, migration, digest);
    now.push(migration.name);
  }
  return now;
}

function refuseUnknown(applied: ReadonlyMap<string, string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map((migration) => migration.name));
  const unknown = [...applied.keys()].filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new Error(
      `this database was migrated by a newer version (${unknown.join(', ')}); start that version or restore a backup`,
    );
}

async function applyOne(client: PoolClient, migration: Migration, digest: string): Promise<void> {
  try {
    await client.query('begin');
    // A table may hold more than can be rewritten in the time that a request may take.
    await client.query('set local statement_timeout = 0');
    await client.query(migration.sql);
    await client.query('insert into migration.applied (name, digest) values ($1, $2)', [
      migration.name,
      digest,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new Error(`migration ${migration.name} failed`, { cause: error });
  }
}
