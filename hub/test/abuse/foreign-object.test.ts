// An attacker who knows the digest of somebody's private object tries to learn whether it is here, to get it, or to
// have it counted as their own, without ever sending its bytes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { type Sha256 } from '@holdfast/kernel/digest';
import {
  askBatch,
  askOne,
  commit,
  put,
  regularFile,
  sampleOf,
  uploadFile,
  uploadLink,
} from '../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';

const secret = sampleOf(50_000);
const unknown = sampleOf(50_000);

async function setUp(): Promise<ServedHub & { ada: string; eve: string }> {
  const hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  await hub.addRepo('ada/secret');
  await hub.addRepo('eve/model');
  await uploadFile(hub, { token: ada, repo: 'ada/secret', sample: secret, path: 'weights.bin' });
  return Object.assign(hub, { ada, eve });
}

void test('the batch says of an object of another what it says of one that nobody has', async () => {
  await using hub = await setUp();
  const ask = async (operation: 'upload' | 'download', sample: typeof secret): Promise<string> => {
    const wish = {
      token: hub.eve,
      repo: 'eve/model',
      operation,
      objects: [{ oid: sample.oid, size: sample.size }],
    };
    const answer = await askBatch(hub, wish);
    return (await answer.text()).replaceAll(sample.oid, 'OID').replaceAll(/sig=[\w-]+|expires=\d+/g, '');
  };
  for (const operation of ['upload', 'download'] as const)
    assert.equal(await ask(operation, secret), await ask(operation, unknown));
});

void test('a commit cannot name an object that its repository does not hold', async () => {
  await using hub = await setUp();
  const to = { token: hub.eve, repo: 'eve/model' };
  const value = { path: 'stolen.bin', algo: 'sha256', oid: secret.oid, size: secret.size };
  await assert.rejects(commit(hub, to, [{ key: 'lfsFile', value }]), /4\d\d/);
});

void test('a pointer that somebody writes into a file of their own opens nothing', async () => {
  await using hub = await setUp();
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${secret.oid}\nsize ${secret.size}\n`;
  const to = { token: hub.eve, repo: 'eve/model' };
  await commit(hub, to, [regularFile('stolen.bin', pointer)]).catch(() => 'refused');
  const headers = { authorization: `Bearer ${hub.eve}` };
  for (const method of ['GET', 'HEAD']) {
    const answer = await fetch(`${hub.url}/eve/model/resolve/main/stolen.bin`, { method, headers });
    const body = Buffer.from(await answer.arrayBuffer());
    assert.ok(!body.equals(secret.bytes));
    assert.notEqual(answer.headers.get('content-length'), String(secret.size));
    assert.equal(answer.headers.get('x-linked-size'), null);
  }
});

void test('a verified upload is only of the bytes that were sent', async () => {
  await using hub = await setUp();
  const { actions } = await askOne(hub, {
    token: hub.eve,
    repo: 'eve/model',
    operation: 'upload',
    sample: secret,
  });
  const verified = await fetch(actions?.verify?.href ?? '', {
    method: 'POST',
    body: JSON.stringify({ oid: secret.oid, size: secret.size }),
  });
  assert.equal(verified.status, 404);
  const empty = await put(actions?.upload?.href ?? '', Buffer.alloc(0));
  assert.equal(empty.status, 400);
  const wrong = await put(actions?.upload?.href ?? '', unknown.bytes);
  assert.equal(wrong.status, 400);
  const { id } = await hub.modules.repos.get(
    (await hub.modules.authentication.authenticate(hub.eve)).actor,
    { type: 'model', namespace: 'eve', name: 'model' },
    'read',
  );
  assert.equal(await hub.modules.blobs.find(id, secret.oid as Sha256), undefined);
});

void test('a copy takes nothing from a repository that its caller may not read', async () => {
  await using hub = await setUp();
  const answer = await fetch(`${hub.url}/api/models/ada/secret/lfs-files/duplicate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.eve}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target: { type: 'model', name: 'eve/model' }, files: [{ sha256: secret.oid }] }),
  });
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get('x-error-code'), 'RepoNotFound');
});

void test('whoever only reads copies nothing that no commit has placed', async () => {
  await using hub = await setUp();
  await hub.addRepo('ada/open', { visibility: 'public' });
  const from = { token: hub.ada, repo: 'ada/open' };
  await uploadFile(hub, { ...from, sample: secret, path: 'weights.bin' });
  const link = await uploadLink(hub, { ...from, sample: unknown });
  assert.equal((await put(link, unknown.bytes)).status, 200);
  const ask = async (path: string, body: object): Promise<Response> =>
    await fetch(`${hub.url}/api/models/ada/open/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.eve}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  assert.equal((await ask('duplicate', { repository: 'eve/copy' })).status, 200);
  const files = [secret, unknown].map(({ oid }) => ({ sha256: oid }));
  const answer = await ask('lfs-files/duplicate', { target: { type: 'model', name: 'eve/model' }, files });
  assert.equal(answer.status, 207);
  const { failed } = (await answer.json()) as { failed: { sha256: string }[] };
  assert.deepEqual(
    failed.map(({ sha256 }) => sha256),
    [unknown.oid],
  );
  const { actor } = await hub.modules.authentication.authenticate(hub.eve);
  hub.modules.repos.forget();
  for (const name of ['copy', 'model']) {
    const repo = await hub.modules.repos.get(actor, { type: 'model', namespace: 'eve', name }, 'read');
    const { items } = await hub.modules.blobs.list(repo.id, 10);
    assert.deepEqual(
      items.map(({ sha256 }) => sha256),
      [secret.oid],
    );
    assert.ok(repo.usedStorage >= secret.size && repo.usedStorage < secret.size + unknown.size);
  }
});

void test('whoever only reads gets nothing that no commit names, by link, batch or chunks', async () => {
  await using hub = await setUp();
  await hub.addRepo('ada/open', { visibility: 'public' });
  const from = { token: hub.ada, repo: 'ada/open' };
  assert.equal((await put(await uploadLink(hub, { ...from, sample: unknown }), unknown.bytes)).status, 200);
  const ask = async (token: string) =>
    await askOne(hub, { token, repo: 'ada/open', operation: 'download', sample: unknown });
  // Who may write sees what waits for its commit: clients look whether it arrived.
  const own = (await ask(hub.ada)).actions?.download?.href ?? assert.fail('a writer gets a link');
  assert.equal((await fetch(own)).status, 200);
  const { text: readOnly } = await hub.addToken('ada', 'read');
  for (const token of [hub.eve, readOnly]) assert.equal((await ask(token)).error?.code, 404);
  const value = { path: 'late.bin', algo: 'sha256', oid: unknown.oid, size: unknown.size };
  await commit(hub, from, [{ key: 'lfsFile', value }]);
  const link =
    (await ask(hub.eve)).actions?.download?.href ?? assert.fail('committed, and still not to be had');
  assert.equal((await fetch(link)).status, 200);

  // A link from before opens no more than the batch would give now, as after a sweep of a dropped history.
  await sql`delete from git.object where lfs_sha256 = ${unknown.oid}`.execute(
    hub.modules.db.withTables<never>(),
  );
  assert.equal((await fetch(link)).status, 404);
  assert.equal((await fetch(own)).status, 200);
  // Nor does a copy, although a commit had put it somewhere once.
  const copied = await fetch(`${hub.url}/api/models/ada/open/lfs-files/duplicate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.eve}`, 'content-type': 'application/json' },
    body: JSON.stringify({ target: { type: 'model', name: 'eve/model' }, files: [{ sha256: unknown.oid }] }),
  });
  assert.equal(copied.status, 207);
});

void test('removing an object from one repository leaves it to the others, and its bytes go with the last', async () => {
  await using hub = await setUp();
  const link = await uploadLink(hub, { token: hub.eve, repo: 'eve/model', sample: secret });
  assert.equal((await put(link, secret.bytes)).status, 200);
  const { actor } = await hub.modules.authentication.authenticate(hub.eve);
  const idOf = async (
    namespace: string,
    name: string,
  ): Promise<Parameters<typeof hub.modules.blobs.find>[0]> => {
    const reader =
      namespace === 'eve' ? actor : (await hub.modules.authentication.authenticate(hub.ada)).actor;
    return (await hub.modules.repos.get(reader, { type: 'model', namespace, name }, 'read')).id;
  };
  const digest = secret.oid as Sha256;
  await hub.modules.blobs.remove(actor, await idOf('eve', 'model'), [digest]);
  assert.equal(await hub.modules.store.has(digest), true);
  const kept = await fetch(`${hub.url}/ada/secret/resolve/main/weights.bin`, {
    headers: { authorization: `Bearer ${hub.ada}` },
  });
  assert.ok(Buffer.from(await kept.arrayBuffer()).equals(secret.bytes));
  await hub.modules.blobs.remove(actor, await idOf('ada', 'secret'), [digest]);
  assert.equal(await hub.modules.store.has(digest), false);
});
