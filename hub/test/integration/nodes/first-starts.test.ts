// Hubs that are started for the first time at the same instant, on one new database, one new object store and one new
// folder of keys: they make the roles, the tables, the keys and the administrator once, and then know each other.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { openOperatorsServer, type OperatorsServer } from '../../harness/operators-database.ts';
import { openScratch } from '../../harness/scratch.ts';

const ROUNDS = 3;
const AT_ONCE = 3;

/** Starts them, and stops them at the end whether all came up or not. */
async function startTogether(
  server: OperatorsServer,
  database: string,
  folder: string,
): Promise<{ hubs: Instance[] } & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const env = {
    HOLDFAST_OBJECTS: path.join(folder, 'objects'),
    HOLDFAST_KEYS: path.join(folder, 'keys'),
  };
  const starts = Array.from({ length: AT_ONCE }, (_, n) =>
    startInstance({
      folder: path.join(folder, String(n)),
      env: { ...env, DATABASE_URL: server.urlOf(database, n === 0 ? 'socket' : 'network') },
    }),
  );
  const settled = await Promise.allSettled(starts);
  const hubs = settled.filter((one) => one.status === 'fulfilled').map(({ value }) => opened.use(value));
  const refused = settled.filter((one) => one.status === 'rejected').map(({ reason }) => String(reason));
  assert.deepEqual(refused, []);
  const running = opened.move();
  return { hubs, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

// Roles are the server's, not the database's: the next round shall make them anew.
async function forget(server: OperatorsServer, database: string): Promise<void> {
  await server.query('postgres', `drop database ${database} with (force)`);
  const roles = await server.query(
    'postgres',
    `select rolname as name from pg_roles where rolname like 'holdfast\\_hub%'`,
  );
  assert.equal(roles.length, AT_ONCE + 1, 'each has a role, and all have the group');
  for (const { name } of roles) await server.query('postgres', `drop role "${String(name)}"`);
}

async function requireOneAdministrator(
  server: OperatorsServer,
  database: string,
  hubs: readonly Instance[],
): Promise<void> {
  const [admin] = await server.query(database, 'select count(*)::int as n from identity.account');
  assert.equal(admin?.['n'], 1);
  const shown = hubs.filter(({ output }) => output.includes('"event":"admin"'));
  assert.equal(shown.length, 1, 'one of them made the administrator and left the password');
  assert.match(
    await readFile(path.join(hubs[0]?.data ?? '', '..', '..', 'keys', 'admin.password'), 'utf8'),
    /^\w{20}\n$/,
  );
}

void test('hubs that first start together agree on everything', { timeout: 240_000 }, async (t) => {
  const server = await openOperatorsServer();
  for (let round = 0; round < ROUNDS; round += 1)
    await t.test(`round ${round}`, async () => {
      const database = `hub_${round}`;
      await server.createDatabase(database);
      await using scratch = await openScratch('first-starts');
      {
        await using together = await startTogether(server, database, scratch.path);
        const { hubs } = together;
        await requireOneAdministrator(server, database, hubs);
        for (const maker of hubs) {
          // A token's row is sealed with a key of the hub that made it.
          const token = await maker.createToken({ user: 'admin', role: 'read' });
          for (const { url } of hubs) {
            const answer = await fetch(`${url}/api/whoami-v2`, {
              headers: { authorization: `Bearer ${token}` },
            });
            assert.equal(answer.status, 200, await answer.text());
          }
        }
      }
      await forget(server, database);
    });
});
