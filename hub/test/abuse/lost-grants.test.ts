// What the role of one hub can do to the others and to the starts after it. Its rights are those of every hub: it cannot
// throw them away. No start waits for its advisory locks or for what it reads.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import pg from 'pg';
import { startInstance, type Instance } from '../harness/instance.ts';
import { commit, regularFile } from '../harness/lfs.ts';
import { openOperatorsServer, type OperatorsServer } from '../harness/operators-database.ts';
import { openScratch } from '../harness/scratch.ts';

const LIMIT = { timeout: 180_000 };
const DATABASE = 'hub';

/** What the group may do with everything that is in the database, as PostgreSQL decides it. */
const RIGHTS = `
  select 'schema ' || n.oid::regnamespace || ' ' || p as right from pg_namespace n, unnest(array['USAGE', 'CREATE']) p
    where has_schema_privilege('holdfast_hub', n.oid, p)
  union all
  select 'table ' || c.oid::regclass || ' ' || p from pg_class c,
      unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
    where c.relkind in ('r', 'p', 'v') and has_table_privilege('holdfast_hub', c.oid, p)
  union all
  select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || p
    from pg_class c join pg_attribute a on a.attrelid = c.oid, unnest(array['SELECT', 'INSERT', 'UPDATE']) p
    where c.relkind in ('r', 'p', 'v') and a.attnum > 0 and has_column_privilege('holdfast_hub', c.oid, a.attnum, p)
  union all
  select 'sequence ' || c.oid::regclass || ' ' || p from pg_class c, unnest(array['USAGE', 'SELECT', 'UPDATE']) p
    where c.relkind = 'S' and has_sequence_privilege('holdfast_hub', c.oid, p)
  union all
  select 'function ' || oid::regprocedure from pg_proc where has_function_privilege('holdfast_hub', oid, 'EXECUTE')
  union all
  select 'policy ' || schemaname || '.' || tablename || ' ' || policyname from pg_policies
  union all
  select 'member ' || member::regrole from pg_auth_members where roleid = 'holdfast_hub'::regrole
  order by 1`;

/** Some are refused, some only warn, some succeed and have nothing to take. */
const THROWN_AWAY: readonly string[] = [
  'drop owned by current_user',
  'drop owned by holdfast_hub',
  'reassign owned by holdfast_hub to current_user',
  'revoke holdfast_hub from current_user',
  'revoke all on all tables in schema repos, git, blobs, tokens, identity, ledger, epoch from holdfast_hub',
  'revoke all on all tables in schema graphile_worker from holdfast_hub',
  'revoke all on schema repos, git, blobs, tokens, identity, ledger, epoch, graphile_worker from holdfast_hub',
  'revoke all on all functions in schema graphile_worker from holdfast_hub',
  'drop policy granted on graphile_worker._private_jobs',
  'alter table graphile_worker._private_jobs force row level security',
  'drop role holdfast_hub',
];

async function rightsOf(server: OperatorsServer): Promise<string[]> {
  return (await server.query(DATABASE, RIGHTS)).map((row) => String(row['right']));
}

/** A session as the hub of this data folder has. */
async function openAsHub(
  server: OperatorsServer,
  folder: string,
): Promise<{ query(text: string): Promise<unknown> } & AsyncDisposable> {
  const id = (await readFile(path.join(folder, 'data', 'instance'), 'utf8')).trim();
  const password = await readFile(path.join(folder, 'data.keys', 'postgres-hub.password'), 'utf8');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: server.port,
    database: DATABASE,
    user: `holdfast_hub_${id}`,
    password: password.trim(),
  });
  await client.connect();
  return {
    query: async (text) => await client.query(text),
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function requireWorking(instance: Instance, token: string, name: string): Promise<void> {
  const made = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name, private: true }),
  });
  assert.equal(made.status, 200, await made.text());
  await commit(instance, { token, repo: `admin/${name}` }, [regularFile('a.txt', 'a')]);
}

void test('a taken-over hub cannot throw away the rights that all hubs have', LIMIT, async () => {
  const server = await openOperatorsServer();
  await server.createDatabase(DATABASE);
  await using scratch = await openScratch('lost-grants');
  const folder = scratch.path;
  const env = { DATABASE_URL: server.urlOf(DATABASE, 'network') };
  await using instance = await startInstance({ folder, env });
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const before = await rightsOf(server);
  for (const kind of ['schema', 'table', 'column', 'sequence', 'function', 'policy', 'member'])
    assert.ok(
      before.some((right) => right.startsWith(kind)),
      kind,
    );
  await using intruder = await openAsHub(server, folder);
  for (const statement of THROWN_AWAY) {
    await intruder.query(statement).catch(() => undefined);
    assert.deepEqual(await rightsOf(server), before, statement);
  }
  await requireWorking(instance, token, 'after');
});

void test('no advisory lock and no open read of a hub holds the next start up', LIMIT, async (t) => {
  const server = await openOperatorsServer();
  await server.createDatabase(DATABASE);
  await using scratch = await openScratch('held-locks');
  const env = { DATABASE_URL: server.urlOf(DATABASE, 'network') };
  const folder = path.join(scratch.path, 'taken-over');
  await using _hub = await startInstance({ folder, env });
  await using intruder = await openAsHub(server, folder);
  for (const table of ['migration.turn', 'migration.applied']) {
    const lock = intruder.query(`begin; lock table ${table} in access share mode`);
    await assert.rejects(lock, { code: '42501' });
    await intruder.query('rollback');
  }
  // Every role may hold these; a start that took one would wait for whoever has it.
  for (const word of ['holdfast.migration', 'holdfast', 'migration'])
    await intruder.query(
      `select pg_advisory_lock(hashtext('${word}')), pg_advisory_lock(0, hashtext('${word}'))`,
    );
  await intruder.query('begin');
  const tables = (await rightsOf(server))
    .map((right) => /^table ([a-z_]+\.\w+) SELECT$/.exec(right)?.[1])
    .filter((name) => name !== undefined && !/^(pg_catalog|information_schema)\./.test(name));
  assert.ok(tables.length > 15 && tables.some((name) => name?.startsWith('graphile_worker.')));
  for (const table of tables) await intruder.query(`select 1 from ${String(table)} limit 1`);
  const startedAt = Date.now();
  await using _other = await startInstance({ folder: path.join(scratch.path, 'other'), env });
  t.diagnostic(`started beside them in ${Date.now() - startedAt} ms`);
});
