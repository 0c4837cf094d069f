// The PostgreSQL of one process of tests, with a database to clone that was migrated as the product migrates it. Making that takes
// seconds, so where the runner of tests names a folder, one process makes it there and the others begin with a copy.
import path from 'node:path';
import { Secret } from '@holdfast/kernel/secret';
import { openPool, type DatabaseAddress } from '@holdfast/platform/postgres/database';
import { applyMigrations } from '@holdfast/platform/postgres/migrate';
import {
  HUB_GROUP,
  provisionHubRole,
  provisionNotaryRole,
  provisionOwner,
  provisionVaultRole,
} from '@holdfast/platform/postgres/provision';
import { migrateQueue } from '@holdfast/platform/queue';
import { type Pool } from 'pg';
import { migrations } from '../../src/migrations.ts';
import { once } from '@holdfast/platform/test/once';
import { PostgresServer } from './postgres-server.ts';

/** The database that is cloned. */
export const TEMPLATE = 'template_holdfast';
/** Those who sign in to clones. The password is the same for all: nobody but tests reaches the server. */
export const ROLES = {
  hub: 'holdfast_hub_test',
  notary: 'holdfast_notary_test',
  vault: 'holdfast_vault_test',
  owner: 'holdfast_owner_test',
} as const;
export const PASSWORD = new Secret('of-those-who-sign-in-to-clones');

const folder = process.env['HOLDFAST_TEST_SHARED'];
const shared: { server?: Promise<PostgresServer> } = {};

/** The server, started at the first call, which may have it otherwise than tests do. */
export async function sharedServer(own: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  shared.server ??=
    folder === undefined || folder === '' ? openWhole(own) : openFrom(path.join(folder, 'postgres'), own);
  return await shared.server;
}

async function openFrom(copy: string, own: Readonly<Record<string, string>>): Promise<PostgresServer> {
  await once(copy, async (to) => {
    const server = await openWhole({});
    await server.leaveCopy(to);
  });
  return await PostgresServer.openCopy(copy, own);
}

async function openWhole(own: Readonly<Record<string, string>>): Promise<PostgresServer> {
  const server = await PostgresServer.open(own);
  await withPool(server.superuser, async (pool) => {
    await provisionOwner(pool, { name: ROLES.owner, password: PASSWORD }, TEMPLATE);
    await provisionHubRole(pool, { name: ROLES.hub, password: PASSWORD });
    await provisionNotaryRole(pool, { name: ROLES.notary, password: PASSWORD });
    await provisionVaultRole(pool, { name: ROLES.vault, password: PASSWORD });
  });
  const owner = server.addressOf({ database: TEMPLATE, user: ROLES.owner, password: PASSWORD });
  await withPool(owner, async (pool) => {
    await pool.query(`create schema extensions`);
    await pool.query(`create extension pg_trgm schema extensions`);
    await pool.query(`grant usage on schema extensions to ${HUB_GROUP}`);
    await applyMigrations(pool, migrations);
    await migrateQueue(pool, HUB_GROUP);
  });
  return server;
}

/** A pool of one connection, for as long as the work takes. */
export async function withPool<Result>(
  address: DatabaseAddress,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const pool = openPool(address, { connections: 1, applicationName: 'test', onError: () => undefined });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
