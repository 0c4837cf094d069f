// A hub whose PostgreSQL is away says so: 503 and when to come back, never that it broke, and never that a token is wrong.
// What it acknowledged before and between is there afterwards.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { askOne, put, sampleOf, uploadFile, uploadLink } from '../../harness/lfs.ts';
import { sharedServer } from '../../harness/shared-server.ts';
import { file, openHubClient, type HubClient } from '../content/hub-client.ts';

const LIMIT = { timeout: 120_000 };
const REPO = 'ann/m';

interface Prepared {
  readonly upload: string;
  readonly download: string;
  readonly bytes: Buffer;
  /** A token that no call has shown yet. */
  readonly unseen: string;
}

async function prepare(client: HubClient): Promise<Prepared> {
  await client.mustCommit(file('kept.txt', 'kept'));
  const { token } = client;
  const sample = sampleOf(100_000);
  await uploadFile(client.hub, { token, repo: REPO, sample, path: 'large.bin' });
  const { actions } = await askOne(client.hub, { token, repo: REPO, operation: 'download', sample });
  const next = sampleOf(100_000);
  const upload = await uploadLink(client.hub, { token, repo: REPO, sample: next });
  const { text: unseen } = await client.hub.addToken('ann', 'read');
  return { upload, download: actions?.download?.href ?? '', bytes: next.bytes, unseen };
}

/** Calls of every kind, by name. */
function callsOf(client: HubClient, { upload, download, bytes, unseen }: Prepared) {
  const { hub, token } = client;
  const json = { 'content-type': 'application/json' };
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    await fetch(`${hub.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
    });
  const line = JSON.stringify({ key: 'header', value: { summary: 'x' } });
  const batch = { operation: 'download', hash_algo: 'sha256', objects: [{ oid: 'a'.repeat(64), size: 1 }] };
  return {
    'who am I': () => ask('/api/whoami-v2'),
    'a token not seen before': () =>
      ask('/api/whoami-v2', { headers: { authorization: `Bearer ${unseen}` } }),
    'list models': () => ask('/api/models'),
    'a model': () => ask(`/api/models/${REPO}`),
    'a file': () => ask(`/${REPO}/resolve/main/kept.txt`),
    'a large file': () => ask(`/${REPO}/resolve/main/large.bin`),
    'a tree': () => ask(`/api/models/${REPO}/tree/main`),
    'create a repository': () =>
      ask('/api/repos/create', {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ type: 'model', name: 'new', private: true }),
      }),
    'a commit': () =>
      ask(`/api/models/${REPO}/commit/main`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${line}\n${JSON.stringify(file('away.txt', 'x'))}`,
      }),
    'an LFS batch': () =>
      ask(`/${REPO}.git/info/lfs/objects/batch`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify(batch),
      }),
    'a signed upload': () => put(upload, bytes),
    'a signed download': () => fetch(download),
  };
}

async function requireAway(name: string, answer: Response): Promise<void> {
  const body = await answer.text();
  assert.equal(answer.status, 503, `${name}: ${body}`);
  assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d?$/, name);
  assert.equal(answer.headers.get('x-error-code'), 'DatabaseAway', name);
  const message = answer.headers.get('x-error-message');
  assert.equal(message, 'The hub cannot reach its database at the moment. Try again in a few seconds.', name);
  assert.equal((JSON.parse(body) as { error: string }).error, message, name);
  assert.equal(answer.headers.get('www-authenticate'), null, name);
}

void test('while PostgreSQL is away every call is told to come back', LIMIT, async (t) => {
  const server = await sharedServer();
  await using client = await openHubClient();
  const calls = callsOf(client, await prepare(client));
  for (const how of ['SIGINT', 'SIGQUIT'] as const)
    await t.test(`ended by ${how}`, async () => {
      await server.stop(how);
      // What is remembered of rights is trusted half a second more.
      await delay(700);
      for (const [name, call] of Object.entries(calls)) await requireAway(name, await call());
      assert.equal((await fetch(`${client.hub.url}/healthz`)).status, 200);
      assert.equal((await fetch(`${client.hub.url}/readyz`)).status, 503);
      await server.start();
      await untilServing(client);
      assert.equal(await client.text('kept.txt'), 'kept');
    });
  assert.equal((await calls['a token not seen before']()).status, 200);
  assert.deepEqual(
    client.hub.lines.filter((line) => line.includes('failed on a bug')),
    [],
  );
});

void test(
  'a database that goes and comes costs no acknowledged commit, and nobody is told of a bug',
  LIMIT,
  async (t) => {
    const server = await sharedServer();
    await using client = await openHubClient();
    const stop = new AbortController();
    const acknowledged: string[] = [];
    const statuses = new Map<number, number>();
    const write = async (name: string): Promise<void> => {
      for (let n = 0; !stop.signal.aborted; n += 1) {
        const path = `${name}-${n}.txt`;
        const { status } = await client.commit([file(path, path)]);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 200) acknowledged.push(path);
        else await delay(20);
      }
    };
    const read = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const { status } = await client.call('GET', '/api/whoami-v2');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        await delay(5);
      }
    };
    const running = Promise.all([write('a'), write('b'), write('c'), read()]);
    try {
      for (let round = 0; round < 6; round += 1) {
        const before = acknowledged.length;
        await delay(100 + 50 * round);
        await server.stop(round % 2 === 0 ? 'SIGINT' : 'SIGQUIT');
        await delay(200);
        await server.start();
        while (acknowledged.length < before + 3) await delay(10);
      }
    } finally {
      stop.abort();
      await running;
    }
    t.diagnostic(`${acknowledged.length} commits acknowledged; ${JSON.stringify([...statuses])}`);
    assert.deepEqual(
      [...statuses.keys()].toSorted((a, b) => a - b),
      [200, 503],
    );
    const there = new Set(await client.paths());
    assert.deepEqual(
      acknowledged.filter((path) => !there.has(path)),
      [],
    );
  },
);

async function untilServing(client: HubClient): Promise<void> {
  while ((await fetch(`${client.hub.url}/readyz`)).status !== 200) await delay(20);
}
