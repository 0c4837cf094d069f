// A process of its own, run before the hub: it makes the roles and migrates, with rights the hub never has, and ends.
import { Secret } from '@holdfast/kernel/secret';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import { applyMigrations } from '@holdfast/platform/postgres/migrate';
import {
  HUB_GROUP,
  provisionHubRole,
  provisionOwner,
  requireDurability,
  type LoginRole,
} from '@holdfast/platform/postgres/provision';
import { migrateQueue } from '@holdfast/platform/queue';
import { PrepareStart } from '@holdfast/supervisor/settings';
import { migrations } from './migrations.ts';

const OWNER = 'holdfast_owner';

await using channel = openInheritedChannel();
try {
  await prepare(PrepareStart.parse(await channel.next()));
  channel.send({ type: 'ready' });
} catch (error) {
  channel.send({ type: 'failed', message: describe(error) });
}

async function prepare(start: PrepareStart): Promise<void> {
  const { settings, secrets } = start;
  const hub: LoginRole = { name: settings.postgres.user, password: new Secret(secrets.hubPassword) };
  const owner = await provision(start, hub);
  const pool = openPool(owner, {
    connections: 2,
    applicationName: 'holdfast prepare',
    onError: () => undefined,
  });
  try {
    await pool.query(`create schema if not exists extensions`);
    await pool.query(`create extension if not exists pg_trgm schema extensions`);
    await pool.query(`grant usage on schema extensions to ${HUB_GROUP}`);
    await applyMigrations(pool, migrations);
    await migrateQueue(pool, HUB_GROUP);
  } finally {
    await pool.end();
  }
}

/** Makes the roles; returns how to sign in as the owner of the schemas. */
async function provision({ settings, secrets }: PrepareStart, hub: LoginRole): Promise<DatabaseAddress> {
  const { postgres } = settings;
  const base = { host: postgres.host, port: postgres.port, tls: postgres.tls };
  if (secrets.superuser === undefined) {
    // The operator's own server: their role owns the schemas and must be allowed to make roles.
    const url = new URL(secrets.databaseUrl ?? '');
    const theirs = {
      ...base,
      database: postgres.database,
      user: decodeURIComponent(url.username),
      password: new Secret(decodeURIComponent(url.password)),
    };
    await withPool(theirs, async (pool) => {
      await requireDurability(pool);
      await provisionHubRole(pool, hub);
    });
    return theirs;
  }
  const superuser = {
    ...base,
    database: 'postgres',
    user: secrets.superuser.user,
    password: new Secret(secrets.superuser.password),
  };
  const owner = { name: OWNER, password: new Secret(secrets.ownerPassword) };
  await withPool(superuser, async (pool) => {
    await requireDurability(pool);
    await provisionOwner(pool, owner, postgres.database);
    await provisionHubRole(pool, hub);
  });
  return { ...base, database: postgres.database, user: owner.name, password: owner.password };
}

async function withPool(
  address: DatabaseAddress,
  work: (pool: ReturnType<typeof openPool>) => Promise<void>,
): Promise<void> {
  const pool = openPool(address, {
    connections: 1,
    applicationName: 'holdfast prepare',
    onError: () => undefined,
  });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}

// The whole chain of causes, but never a statement's parameters: a message of PostgreSQL names objects, not values.
function describe(error: unknown): string {
  const messages: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) messages.push(cause.message);
  return messages.join(': ');
}
