// A process of its own, run before the hub: it makes the roles and migrates, with rights the hub never has, and ends.
import { Secret } from '@holdfast/kernel/secret';
import { openInheritedChannel } from '@holdfast/platform/channel';
import { openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import { requireDurability } from '@holdfast/platform/postgres/durability';
import { applyMigrations } from '@holdfast/platform/postgres/migrate';
import {
  HUB_GROUP,
  provisionHubRole,
  provisionNotaryRole,
  provisionVaultRole,
  provisionOwner,
  type LoginRole,
} from '@holdfast/platform/postgres/provision';
import { takeTurn } from '@holdfast/platform/postgres/turn';
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
  const logins: Logins = {
    hub: { name: settings.postgres.user, password: new Secret(secrets.hubPassword) },
    notary: { name: start.notaryUser, password: new Secret(secrets.notaryPassword) },
    vault: { name: start.vaultUser, password: new Secret(secrets.vaultPassword) },
  };
  if (secrets.superuser !== undefined) await provisionEmbedded(start, secrets.superuser, logins);
  await withPool(ownerOf(start), async (pool) => {
    if (secrets.superuser === undefined) await requireDurability(pool);
    await using _turn = await takeTurn(pool);
    if (secrets.superuser === undefined) await provisionLogins(pool, logins);
    await pool.query(`create schema if not exists extensions`);
    await pool.query(`create extension if not exists pg_trgm schema extensions`);
    await pool.query(`grant usage on schema extensions to ${HUB_GROUP}`);
    await applyMigrations(pool, migrations);
    await migrateQueue(pool, HUB_GROUP);
  });
}

interface Logins {
  readonly hub: LoginRole;
  readonly notary: LoginRole;
  readonly vault: LoginRole;
}

async function provisionLogins(
  pool: ReturnType<typeof openPool>,
  { hub, notary, vault }: Logins,
): Promise<void> {
  await provisionHubRole(pool, hub);
  await provisionNotaryRole(pool, notary);
  await provisionVaultRole(pool, vault);
}

/** Who owns the schemas: the operator's role on a server of their own, which must be allowed to make roles. */
function ownerOf({ settings, secrets }: PrepareStart): DatabaseAddress {
  const { host, port, tls, database } = settings.postgres;
  const base = { host, port, tls, database };
  if (secrets.superuser !== undefined)
    return { ...base, user: OWNER, password: new Secret(secrets.ownerPassword) };
  const url = new URL(secrets.databaseUrl ?? '');
  return {
    ...base,
    user: decodeURIComponent(url.username),
    password: new Secret(decodeURIComponent(url.password)),
  };
}

/** Makes the roles and the database on the embedded server, which serves this hub alone. */
async function provisionEmbedded(
  { settings, secrets }: PrepareStart,
  superuser: NonNullable<PrepareStart['secrets']['superuser']>,
  logins: Logins,
): Promise<void> {
  const { host, port, tls, database } = settings.postgres;
  const { user, password } = superuser;
  const address = { host, port, tls, database: 'postgres', user, password: new Secret(password) };
  await withPool(address, async (pool) => {
    await requireDurability(pool);
    await provisionOwner(pool, { name: OWNER, password: new Secret(secrets.ownerPassword) }, database);
    await provisionLogins(pool, logins);
  });
}

async function withPool(
  address: DatabaseAddress,
  work: (pool: ReturnType<typeof openPool>) => Promise<void>,
): Promise<void> {
  const pool = openPool(address, {
    // One holds the turn.
    connections: 3,
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
