// A database of its own for each test, migrated as the product migrates it: cloned from a template made once.
import { randomBytes } from 'node:crypto';
import { openDatabase, openPool, type DatabaseAddress, type Db } from '@holdfast/platform/postgres/database';
import { PASSWORD, ROLES, sharedServer, TEMPLATE, withPool } from './shared-server.ts';

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

/** Opens a fresh database, or a copy of one to which nobody is connected. */
export async function openTestDatabase(like?: TestDatabase): Promise<TestDatabase> {
  const server = await sharedServer();
  const database = `test_${randomBytes(6).toString('hex')}`;
  await withPool(server.superuser, async (pool) => {
    const from = like?.address.database ?? TEMPLATE;
    await pool.query(`create database ${database} template ${from} owner ${ROLES.owner}`);
  });
  const address = server.addressOf({ database, user: ROLES.hub, password: PASSWORD });
  const notary = { ...address, user: ROLES.notary };
  const vault = { ...address, user: ROLES.vault };
  const owner = { ...address, user: ROLES.owner };
  const superuser = server.addressOf({ database });
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
      await withPool(server.superuser, async (pool) => {
        await pool.query(`drop database ${database} with (force)`);
      });
    },
  };
}
