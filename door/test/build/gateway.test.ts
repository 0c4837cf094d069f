// The door of a build against an index on loopback: what a build gets, and what it cannot do with it.
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { until } from '../harness/brokered.ts';
import { openBuildDoor } from './harness.ts';
import { openIndexServer, type IndexServer } from './index-server.ts';

const BYTES = Buffer.alloc(1_000_000, 'wheel');

async function openBoth(start: Parameters<typeof openBuildDoor>[0] = {}) {
  const index = await openIndexServer();
  const door = await openBuildDoor({ indexes: [{ url: index.url, files: [] }], ...start });
  const path = (sha256: string, name: string): string => `/index/0/file/${sha256}/${name}`;
  return {
    index,
    door,
    path,
    [Symbol.asyncDispose]: async () => {
      await door[Symbol.asyncDispose]();
      await index[Symbol.asyncDispose]();
    },
  };
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

function countOf(index: IndexServer, path: string): number {
  return index.asked.filter((one) => one === `GET ${path}`).length;
}

void test('a build gets a page and a file of it, and the next build gets the file without the index', async () => {
  await using both = await openBoth();
  const { door, index, path } = both;
  const sha256 = index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES });
  const page = await door.ask('/index/0/simple/A/');
  assert.equal(page.status, 200);
  assert.ok(page.text.includes(`http://127.0.0.1:3128${path(sha256, 'a-1.0.whl')}`));
  assert.equal((await door.ask(path(sha256, 'a-1.0.whl'))).text, BYTES.toString());
  await using next = await openBuildDoor({
    indexes: [{ url: index.url, files: [] }],
    cache: join(door.folder, 'cache'),
  });
  await next.ask('/index/0/simple/a/');
  assert.equal((await next.ask(path(sha256, 'a-1.0.whl'))).text, BYTES.toString());
  assert.equal(countOf(index, '/files/a-1.0.whl'), 1);
});

void test('nothing but methods that fetch, without bodies and credentials, gets through', async () => {
  await using both = await openBoth();
  const { door, index } = both;
  index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES });
  const path = '/index/0/simple/a/';
  const before = index.asked.length;
  for (const method of ['POST', 'PUT', 'PATCH'])
    assert.equal((await door.ask(path, { method, body: 'x' })).status, 405);
  for (const method of ['DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])
    assert.equal((await door.ask(path, { method })).status, 405, method);
  assert.equal((await door.ask(path, { method: 'GET', body: 'x' })).status, 400);
  for (const name of ['authorization', 'proxy-authorization', 'cookie'])
    assert.equal((await door.ask(path, { headers: { [name]: 'x' } })).status, 403, name);
  assert.equal((await door.ask('127.0.0.1:80', { method: 'CONNECT' })).status, 405);
  assert.equal((await door.ask(`${index.origin}/simple/a/`)).status, 403);
  assert.equal((await door.ask('/', {})).status, 403);
  assert.equal(index.asked.length, before);
  // What a door tells comes on another way than its answers.
  assert.ok(await until(() => door.refused.length >= 12));
});

void test('nothing of what a build sends reaches the index but the name that it asks for', async () => {
  await using both = await openBoth();
  const { door, index } = both;
  index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES });
  await door.ask('/index/0/simple/a/', {
    headers: { 'user-agent': 'SECRET', 'x-y': 'SECRET', referer: 'SECRET' },
  });
  assert.ok(index.asked.length > 0);
  assert.ok(!JSON.stringify(index.headers()).includes('SECRET'));
});

void test('a file that is not what the index says is never whole, and not kept', async () => {
  await using both = await openBoth();
  const { door, index, path } = both;
  const given = Buffer.concat([BYTES.subarray(1), Buffer.from('x')]);
  const sha256 = index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES, given });
  await door.ask('/index/0/simple/a/');
  const got = await door.ask(path(sha256, 'a-1.0.whl'));
  assert.ok(got.broken);
  assert.ok(await until(() => /not those that the index names/.test(door.refused.join('\n'))));
  assert.deepEqual(await filesIn(join(door.folder, 'cache')), []);
});

void test('a kept file that somebody changed is never whole, removed, and fetched anew', async () => {
  await using both = await openBoth();
  const { door, index, path } = both;
  const sha256 = index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES });
  const kept = join(door.folder, 'cache', sha256.slice(0, 2), sha256);
  await mkdir(dirname(kept), { recursive: true });
  await writeFile(kept, Buffer.alloc(BYTES.length, 'poison'));
  await door.ask('/index/0/simple/a/');
  assert.ok((await door.ask(path(sha256, 'a-1.0.whl'))).broken);
  assert.equal((await door.ask(path(sha256, 'a-1.0.whl'))).text, BYTES.toString());
  assert.deepEqual(await readFile(kept), BYTES);
  await rm(kept);
});

void test('a file that no page named is not fetched, nor one that lies where the operator named nothing', async () => {
  await using both = await openBoth();
  await using other = await openIndexServer();
  const { door, index, path } = both;
  const unnamed = index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES });
  assert.equal((await door.ask(path(unnamed, 'a-1.0.whl'))).status, 404);
  const elsewhere = index.offer({
    ...{ project: 'b', name: 'b-1.0.whl', bytes: Buffer.from('b') },
    url: `${other.origin}/files/b-1.0.whl`,
  });
  await door.ask('/index/0/simple/b/');
  assert.equal((await door.ask(path(elsewhere, 'b-1.0.whl'))).status, 403);
  assert.deepEqual(other.asked, []);
});

void test('a build gets no more bytes than its budget, and learns why', async () => {
  await using both = await openBoth({ budget: 1_500_000 });
  const { door, index, path } = both;
  const sha256 = index.offer({ project: 'a', name: 'a-1.0.whl', bytes: BYTES });
  await door.ask('/index/0/simple/a/');
  assert.ok(!(await door.ask(path(sha256, 'a-1.0.whl'))).broken);
  assert.ok((await door.ask(path(sha256, 'a-1.0.whl'))).broken);
  const after = await door.ask('/index/0/simple/a/');
  assert.equal(after.status, 403);
  assert.match(after.text, /has fetched 1\.4 MiB/);
});

void test('a build that asks for names that do not exist is stopped, so that names carry little out', async () => {
  await using both = await openBoth();
  const { door, index } = both;
  for (let turn = 0; turn < 200; turn += 1)
    assert.equal((await door.ask(`/index/0/simple/secret-${String(turn)}/`)).status, 404);
  const before = index.asked.length;
  assert.equal((await door.ask('/index/0/simple/one-more/')).status, 403);
  assert.equal(index.asked.length, before);
});

void test('a name is looked up at no other index than the operator named, by a redirect either', async () => {
  await using both = await openBoth();
  assert.equal((await both.door.ask('/index/1/simple/a/')).status, 404);
});
