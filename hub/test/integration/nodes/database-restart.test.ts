// An operator restarts the database under a running hub, and takes their time: the hub stays up, says what is the matter,
// and goes on by itself, queued work included.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { commit, regularFile } from '../../harness/lfs.ts';
import { openOperatorsServer } from '../../harness/operators-database.ts';

const LIMIT = { timeout: 180_000 };
const AWAY_MS = 15_000;
const RECOVERY_MS = 30_000;

interface Caller {
  readonly hub: Instance;
  readonly token: string;
}

async function call({ hub, token }: Caller, where: string, body?: object): Promise<Response> {
  const [method = '', path = ''] = where.split(' ');
  return await fetch(`${hub.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function createRepo(caller: Caller, name: string): Promise<void> {
  const made = await call(caller, 'POST /api/repos/create', { type: 'model', name, private: true });
  assert.equal(made.status, 200, await made.text());
  await commit(caller.hub, { token: caller.token, repo: `admin/${name}` }, [regularFile('a.txt', name)]);
}

void test('a hub outlives its database, and goes on when it is back', LIMIT, async (t) => {
  const { server, ...operators } = await openOperatorsServer();
  await operators.createDatabase('hub');
  await using hub = await startInstance({ env: { DATABASE_URL: operators.urlOf('hub', 'network') } });
  const caller = { hub, token: await hub.createToken({ user: 'admin', role: 'write' }) };
  await createRepo(caller, 'kept');
  const pid = await hub.hubPid();

  await server.stop('SIGINT');
  const until = Date.now() + AWAY_MS;
  await delay(1000);
  while (Date.now() < until) {
    const answer = await call(caller, 'GET /api/models/admin/kept');
    assert.equal(answer.status, 503, await answer.text());
    await delay(500);
  }
  await server.start();

  const backAt = Date.now();
  while ((await call(caller, 'GET /api/models/admin/kept')).status !== 200)
    assert.ok(Date.now() - backAt < RECOVERY_MS, 'it serves again');
  t.diagnostic(`served again after ${Date.now() - backAt} ms`);
  assert.equal(await hub.hubPid(), pid, 'as the same process');
  await createRepo(caller, 'dropped');
  const wish = { type: 'model', name: 'dropped' };
  assert.equal((await call(caller, 'DELETE /api/repos/delete', wish)).status, 200);
  // Erasing what was deleted is a job: it is gone when nothing of the repository is left.
  const left = `select count(*)::int as n from git.object where repo_id in
                  (select id from repos.repo where deleted_at is not null)`;
  while ((await operators.query('hub', left))[0]?.['n'] !== 0) {
    assert.ok(Date.now() - backAt < 2 * RECOVERY_MS, 'the queue is worked on');
    await delay(100);
  }
  t.diagnostic(`the queue was empty after ${Date.now() - backAt} ms`);
});
