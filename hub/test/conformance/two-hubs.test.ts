// The published client before two hubs on one database and one object store, behind a proxy that sends each request of a kind to the other hub:
// nothing that a client does in several steps may need them to come to the same one.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startAlternatingProxy, type AlternatingProxy } from '../harness/alternating-proxy.ts';
import { assertNoBugs } from '../harness/bugs.ts';
import { openCast, type Cast } from '../harness/cast.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { askOne, sampleOf, uploadFile } from '../harness/lfs.ts';
import { findFreePort } from '../harness/nginx.ts';
import { openOperatorsServer } from '../harness/operators-database.ts';
import { PLAIN_TRANSFERS, runPythonSuite } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const VENV = 'hub-newest';
const QUOTA = 4_000_000;
/** What a refusal may take to be everywhere, with a busy machine's time to spare. Milliseconds. */
const LONGEST = 20_000;

interface Pair extends AsyncDisposable {
  readonly hubs: readonly [Instance, Instance];
  readonly proxy: AlternatingProxy;
  /** Where clients ask. */
  readonly url: string;
}

async function openPair(): Promise<Pair> {
  await using opened = new AsyncDisposableStack();
  const server = await openOperatorsServer();
  await server.createDatabase('hub');
  const scratch = opened.use(await openScratch('pair'));
  const port = await findFreePort();
  const url = `http://localhost:${port}`;
  const env = {
    HOLDFAST_OBJECTS: path.join(scratch.path, 'objects'),
    HOLDFAST_KEYS: path.join(scratch.path, 'keys'),
    HOLDFAST_URL: url,
    DATABASE_URL: server.urlOf('hub', 'socket'),
  };
  const start = async (name: string): Promise<Instance> =>
    opened.use(await startInstance({ folder: path.join(scratch.path, name), env }));
  const hubs = [await start('a'), await start('b')] as const;
  const proxy = opened.use(
    await startAlternatingProxy(
      port,
      hubs.map((hub) => hub.port),
    ),
  );
  const running = opened.move();
  return { hubs, proxy, url, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Both hubs had requests whose path matches. */
function requireBoth({ proxy }: Pair, pattern: RegExp): void {
  const met = proxy.passed.filter((one) => pattern.test(`${one.method} ${one.path}`));
  assert.equal(new Set(met.map(({ hub }) => hub)).size, 2, `${pattern}: ${met.length} requests`);
}

async function countedOf(hub: Instance, namespace: string): Promise<number> {
  const rows = JSON.parse(await hub.admin('quota', 'list', '--json')) as { name: string; used: number }[];
  return rows.find(({ name }) => name === namespace)?.used ?? Number.NaN;
}

void test('a client whose requests go to two hubs by turns', { timeout: 600_000 }, async (t) => {
  await using pair = await openPair();
  const [a, b] = pair.hubs;
  const cast = await openCast(a, pair.url);
  for (const [way, settings] of [
    ['chunks', {}],
    ['whole', PLAIN_TRANSFERS],
  ] as const)
    await t.test(`sends and fetches files as ${way}`, async (inner) => {
      const [namespace, limited] = [`${way}-files`, `${way}-limited`];
      for (const name of [namespace, limited]) await a.admin('org', 'create', name, '--owner', 'admin');
      await a.admin('quota', 'set', limited, `${QUOTA}`);
      const own = { NAMESPACE: namespace, LIMITED: limited, QUOTA: `${QUOTA}` };
      await runPythonSuite(inner, { venv: VENV, suite: 'two_hubs', env: { ...cast, ...settings, ...own } });
      for (const hub of pair.hubs) {
        const counted = await countedOf(hub, limited);
        assert.ok(counted > 0 && counted <= QUOTA, `${counted} bytes are counted`);
      }
    });
  await t.test('each kind of request went to both', () => {
    requireBoth(pair, /^POST .*\/preupload\//);
    requireBoth(pair, /^POST .*\/commit\//);
    requireBoth(pair, /^POST .*\/info\/lfs\/objects\/batch$/);
    requireBoth(pair, /^GET .*\/resolve\//);
    requireBoth(pair, /^PUT (?!\/xet\/)/);
    requireBoth(pair, /^POST \/xet\/.*\/xorbs\//);
    requireBoth(pair, /^POST \/xet\/.*\/shards$/);
    requireBoth(pair, /^GET \/xet\/.*\/reconstructions\//);
  });
  await t.test('what a revoked token gave is refused by both', async () => await testRevoked(pair, cast));
  await t.test('neither met a bug', async () => {
    for (const hub of [a, b]) await assertNoBugs(hub);
  });
});

async function testRevoked({ hubs, url }: Pair, cast: Cast): Promise<void> {
  const [a] = hubs;
  const made = await a.admin(
    ...['token', 'create', '--user', 'admin', '--name', 'victim', '--role', 'write', '--json'],
  );
  const { id, token } = JSON.parse(made) as { id: string; token: string };
  const to = { token, repo: 'admin/revoked' };
  const create = await fetch(`${url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cast.HF_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'model', name: 'revoked', private: true }),
  });
  assert.equal(create.status, 200, await create.text());
  const sample = sampleOf(100_000);
  await uploadFile({ url }, { ...to, sample, path: 'a.bin' });
  const { actions } = await askOne({ url }, { ...to, operation: 'download', sample });
  const link = new URL(actions?.download?.href ?? '');
  const asked = hubs.flatMap((hub) => [
    { target: `${hub.url}/api/whoami-v2`, headers: { authorization: `Bearer ${token}` } },
    { target: `${hub.url}${link.pathname}${link.search}`, headers: {} },
  ]);
  const statuses = async (): Promise<number[]> =>
    await Promise.all(
      asked.map(async ({ target, headers }) => {
        const answer = await fetch(target, { headers });
        await answer.arrayBuffer();
        return answer.status;
      }),
    );
  assert.deepEqual(await statuses(), [200, 200, 200, 200]);
  await a.admin('token', 'revoke', id);
  const until = Date.now() + LONGEST;
  const isRefused = (all: readonly number[]): boolean =>
    all.every((status) => status === 401 || status === 403);
  while (!isRefused(await statuses()) && Date.now() < until) await delay(100);
  // And stays so.
  for (let n = 0; n < 5; n += 1) assert.ok(isRefused(await statuses()), (await statuses()).join());
}
