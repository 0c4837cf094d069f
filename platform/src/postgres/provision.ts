// Makes the roles and the database that the processes connect with. Runs in a process of its own, before the hub.
import pg, { type Pool, type PoolClient } from 'pg';
import { type Secret } from '@holdfast/kernel/secret';
import { hasState, isUniqueViolation } from './faults.ts';
import { scramVerifier } from './scram.ts';

/** A role that may log in, and the password it logs in with. */
export interface LoginRole {
  readonly name: string;
  readonly password: Secret<string>;
}

/** The group role whose grants every hub's login role has. */
export const HUB_GROUP = 'holdfast_hub';
/** The group role whose grants every notary's login role has. */
export const NOTARY_GROUP = 'holdfast_notary';

/** The group role whose grants every vault's login role has. */
export const VAULT_GROUP = 'holdfast_vault';

const GROUPS = [HUB_GROUP, NOTARY_GROUP, VAULT_GROUP] as const;

const DUPLICATE_OBJECT = '42710';

/** Makes or renews the login role of one hub and the group it belongs to. */
export async function provisionHubRole(client: Pool | PoolClient, hub: LoginRole): Promise<void> {
  await provisionMember(client, HUB_GROUP, hub);
}

/** Makes or renews the login role of one notary and the group it belongs to. */
export async function provisionNotaryRole(client: Pool | PoolClient, notary: LoginRole): Promise<void> {
  await provisionMember(client, NOTARY_GROUP, notary);
}

/** Makes or renews the login role of one vault and the group it belongs to. */
export async function provisionVaultRole(client: Pool | PoolClient, vault: LoginRole): Promise<void> {
  await provisionMember(client, VAULT_GROUP, vault);
}

async function provisionMember(client: Pool | PoolClient, group: string, member: LoginRole): Promise<void> {
  await ensureGroups(client);
  await ensureRole(client, member.name, `login password ${literal(verifierOf(member))}`);
  await forgetSettings(client, member.name);
  await client.query(`grant ${pg.escapeIdentifier(group)} to ${pg.escapeIdentifier(member.name)}`);
}

/** Makes or renews the role that owns every schema and is used for migrations alone, and its database. */
export async function provisionOwner(client: Pool, owner: LoginRole, database: string): Promise<void> {
  await ensureRole(client, owner.name, `login createrole password ${literal(verifierOf(owner))}`);
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
  if (rowCount === 0)
    await client.query(
      `create database ${pg.escapeIdentifier(database)} owner ${pg.escapeIdentifier(owner.name)} template template0`,
    );
  // By default every role may connect to every database and make objects in `public`.
  await client.query(`revoke all on database ${pg.escapeIdentifier(database)} from public`);
  for (const other of ['postgres', 'template1'])
    await client.query(`revoke all on database ${other} from public`);
  await ensureGroups(client);
  for (const group of GROUPS)
    await client.query(
      `grant connect on database ${pg.escapeIdentifier(database)} to ${pg.escapeIdentifier(group)}`,
    );
}

// All, whoever is made: migrations grant to all.
async function ensureGroups(client: Pool | PoolClient): Promise<void> {
  for (const group of GROUPS) await ensureGroup(client, group);
}

// Roles are the server's: hubs on another of its databases may make the group at the same instant.
async function ensureGroup(client: Pool | PoolClient, group: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [group]);
  if (rowCount !== 0) return;
  try {
    await client.query(`create role ${pg.escapeIdentifier(group)} nologin`);
  } catch (error) {
    if (!isUniqueViolation(error) && !hasState(error, DUPLICATE_OBJECT)) throw error;
  }
}

async function ensureRole(client: Pool | PoolClient, name: string, attributes: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [name]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${pg.escapeIdentifier(name)} ${attributes}`);
}

// Every role may set its own defaults. What a taken-over hub chose for its role, such as commits that do not wait for
// the disk, must not hold for the hub after it.
async function forgetSettings(client: Pool | PoolClient, name: string): Promise<void> {
  const { rows } = await client.query<{ database: string | null }>(
    `select d.datname as database from pg_db_role_setting s
       join pg_roles r on r.oid = s.setrole left join pg_database d on d.oid = s.setdatabase
      where r.rolname = $1`,
    [name],
  );
  for (const { database } of rows) {
    const where = database === null ? '' : `in database ${pg.escapeIdentifier(database)}`;
    await client.query(`alter role ${pg.escapeIdentifier(name)} ${where} reset all`);
  }
}

// A verifier, not the password, so that no statement log holds a plaintext.
function verifierOf(role: LoginRole): string {
  return scramVerifier(role.password.reveal('to compute its SCRAM verifier'));
}

function literal(text: string): string {
  return pg.escapeLiteral(text);
}
