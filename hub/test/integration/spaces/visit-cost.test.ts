// What a visit of a program asks of the database, and how soon a visitor meets what was changed on another hub.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openProgramHub } from '../../harness/program-hub.ts';
import { askSite } from '../../harness/site.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const DEMO = { label: 'ann-demo', path: '/' };
const VISITS = 400;
/** A backend tells what it did once a second while it has something to do. */
const UNTIL_TOLD_MS = 2_500;

async function openServing() {
  await using stack = new AsyncDisposableStack();
  const opened = stack.use(await openProgramHub());
  const superuser = stack.use(openSuperuserPool(opened.hub.database));
  await opened.runner.serve(await opened.begin(), (_request, response) => response.end('here'));
  await opened.becomes('RUNNING');
  const { pool } = superuser;
  const kept = stack.move();
  return {
    ...{ opened, pool },
    visit: async () => (await askSite(opened.hub, DEMO, opened.bearer)).status,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

void test('a page of hundreds of visits asks the database for the Space now and then, and not each time', async () => {
  await using serving = await openServing();
  const { pool, visit } = serving;
  const reads = async (): Promise<number> => {
    await delay(UNTIL_TOLD_MS);
    const { rows } = await pool.query<{ n: number }>(
      `select sum(seq_scan + coalesce(idx_scan, 0))::int as n from pg_stat_user_tables
       where schemaname || '.' || relname in ('repos.repo', 'spaces.decision')`,
    );
    return rows[0]?.n ?? 0;
  };
  const before = await reads();
  const begun = Date.now();
  for (let n = 0; n < VISITS; n += 1) assert.equal(await visit(), 200);
  const asked = (await reads()) - before;
  // Until they were counted the hub went on with what it looks at by itself.
  const halves = Math.ceil((Date.now() - begun) / 500) + 1;
  assert.ok(asked <= 4 * halves && asked < VISITS / 4, `${asked} reads in ${halves} half seconds`);
});

void test('what another hub did is met within a second, and what this one did at once', async () => {
  await using serving = await openServing();
  const { opened, pool, visit } = serving;
  const within = async (status: number): Promise<number> => {
    const begun = Date.now();
    while ((await visit()) !== status) assert.ok(Date.now() - begun < 1_000, `not ${status} within a second`);
    return Date.now() - begun;
  };
  assert.equal(await visit(), 200);
  const paused = `insert into spaces.decision (repo_id, paused) values ($1, $2)
    on conflict (repo_id) do update set paused = excluded.paused`;
  await pool.query(paused, [opened.repo.id, true]);
  await within(503);
  await pool.query(paused, [opened.repo.id, false]);
  await within(200);
  await pool.query(`update repos.repo set visibility = 'private' where id = $1`, [opened.repo.id]);
  await pool.query(`update epoch.counter set n = n + 1 where name = 'repos'`);
  const stranger = { authorization: `Bearer ${await opened.hub.addUser('bob')}` };
  const begun = Date.now();
  while ((await askSite(opened.hub, DEMO, stranger)).status !== 404)
    assert.ok(Date.now() - begun < 1_000, 'a stranger still visits');
  assert.equal(await visit(), 200);
  assert.equal((await opened.ask('POST', '/pause')).status, 200);
  assert.equal(await visit(), 503);
});
