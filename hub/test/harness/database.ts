// A database of its own for each test, migrated as the product migrates it: cloned from a template made once.
import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';
import { Secret } from '@holdfast/kernel/secret';
import { openDatabase, openPool, type DatabaseAddress, type Db } from '@holdfast/platform/postgres/database';
import { applyMigrations } from '@holdfast/platform/postgres/migrate';
import {
  HUB_GROUP,
  provisionHubRole,
  provisionNotaryRole,
  provisionVaultRole,
  provisionOwner,
} from '@holdfast/platform/postgres/provision';
import { migrateQueue } from '@holdfast/platform/queue';
import { migrations } from '../../src/migrations.ts';
import { PostgresServer } from './postgres-server.ts';

/** A database, and how the hub and its owner sign in. Disposal drops it; open handles are closed then. */
export interface TestDatabase extends AsyncDisposable {
  /** As the hub signs in. */
  readonly address: DatabaseAddress;
  /** As the notary signs in. */
  readonly notary: DatabaseAddress;
  /** As the vault signs in. */
  readonly vault: DatabaseAddress;
  /** As the owner of the schemas signs in. */
  readonly owner: DatabaseAddress;
  /** As the superuser signs in, for tests that look behind the hub's back. */
  readonly superuser: DatabaseAddress;
  /** A handle as the hub's. */
  readonly db: Db;
}

const TEMPLATE = 'template_holdfast';
const HUB = 'holdfast_hub_test';
const NOTARY = 'holdfast_notary_test';
const VAULT = 'holdfast_vault_test';
const OWNER = 'holdfast_owner_test';

/** Opens a fresh database, or a copy of one to which nobody is connected. */
export async function openTestDatabase(like?: TestDatabase): Promise<TestDatabase> {
  const template = await Template.shared();
  const database = `test_${randomBytes(6).toString('hex')}`;
  await withPool(template.server.superuser, async (pool) => {
    await pool.query(
      `create database ${database} template ${like?.address.database ?? TEMPLATE} owner ${OWNER}`,
    );
  });
  const address = template.server.addressOf({ database, user: HUB, password: template.password });
  const notary = { ...address, user: NOTARY };
  const vault = { ...address, user: VAULT };
  const owner = { ...address, user: OWNER };
  const superuser = template.server.addressOf({ database });
  const db = openDatabase(
    openPool(address, { connections: 12, applicationName: 'test', onError: () => undefined }),
  );
  return {
    address,
    notary,
    vault,
    owner,
    superuser,
    db,
    [Symbol.asyncDispose]: async () => {
      await db[Symbol.asyncDispose]();
      await withPool(template.server.superuser, async (pool) => {
        await pool.query(`drop database ${database} with (force)`);
      });
    },
  };
}

class Template {
  static #shared: Promise<Template> | undefined;
  readonly server: PostgresServer;
  readonly password: Secret<string>;

  private constructor(server: PostgresServer, password: Secret<string>) {
    this.server = server;
    this.password = password;
  }

  static async shared(): Promise<Template> {
    Template.#shared ??= Template.#make();
    return await Template.#shared;
  }

  static async #make(): Promise<Template> {
    const server = await PostgresServer.shared();
    const password = new Secret(randomBytes(16).toString('hex'));
    await withPool(server.superuser, async (pool) => {
      await provisionOwner(pool, { name: OWNER, password }, TEMPLATE);
      await provisionHubRole(pool, { name: HUB, password });
      await provisionNotaryRole(pool, { name: NOTARY, password });
      await provisionVaultRole(pool, { name: VAULT, password });
    });
    await withPool(server.addressOf({ database: TEMPLATE, user: OWNER, password }), async (pool) => {
      await pool.query(`create schema extensions`);
      await pool.query(`create extension pg_trgm schema extensions`);
      await pool.query(`grant usage on schema extensions to ${HUB_GROUP}`);
      await applyMigrations(pool, migrations);
      await migrateQueue(pool, HUB_GROUP);
    });
    return new Template(server, password);
  }
}

async function withPool(address: DatabaseAddress, work: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = openPool(address, { connections: 1, applicationName: 'test', onError: () => undefined });
  try {
    await work(pool);
  } finally {
    await pool.end();
  }
}
