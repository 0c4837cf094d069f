// A stolen token has begun a call and holds its body back. Whoever loses the right before the body is whole changes
// nothing with it: the token revoked, the user disabled, the role taken, also while the call waits for its turn.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { parseId, type Id } from '@holdfast/kernel/id';
import { RepoWriter, type Repo } from '../../src/modules/repos/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

/** A request whose head and first bytes are sent; its rest follows when the test says so. */
async function beginBody(
  hub: ServedHub,
  call: { method: string; path: string; token: string; type: string; body: string },
): Promise<{ finish: () => Promise<string>; ended: Promise<number>; received: () => string }> {
  const socket = connect(hub.port, '127.0.0.1');
  let received = '';
  socket.setEncoding('latin1').on('data', (text: string) => (received += text));
  socket.on('error', () => undefined);
  const ended = new Promise<number>((resolve) => socket.once('close', () => resolve(performance.now())));
  socket.write(
    `${call.method} ${call.path} HTTP/1.1\r\nHost: 127.0.0.1:${hub.port}\r\nAuthorization: Bearer ${call.token}\r\n` +
      `Content-Type: ${call.type}\r\nContent-Length: ${call.body.length}\r\nConnection: close\r\n\r\n${call.body.slice(0, 20)}`,
  );
  await wait(200);
  const finish = async (): Promise<string> => {
    socket.write(call.body.slice(20));
    await ended;
    return received;
  };
  return { finish, ended, received: () => received };
}

const COMMIT = [
  { key: 'header', value: { summary: 'late' } },
  { key: 'file', value: { path: 'late.txt', content: 'too late' } },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

const commitTo = (repo: string, token: string) => ({
  method: 'POST',
  path: `/api/models/${repo}/commit/main`,
  type: 'application/x-ndjson',
  body: COMMIT,
  token,
});
const publish = (repo: string, token: string) => ({
  method: 'PUT',
  path: `/api/models/${repo}/settings`,
  type: 'application/json',
  body: JSON.stringify({ private: false, visibility: 'public' }),
  token,
});

async function stateOf(hub: ServedHub, repo: string): Promise<Repo> {
  const [namespace = '', name = ''] = repo.split('/');
  const { repos } = hub.modules;
  repos.forget();
  return await repos.get({ kind: 'system', part: 'test' }, { type: 'model', namespace, name }, 'read');
}

/** Keeps every change of a repository waiting until it is disposed. */
async function holdRepo(hub: ServedHub, repoId: Id): Promise<AsyncDisposable> {
  const held = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const holding = hub.modules.db.transaction(async (tx) => {
    await new RepoWriter(tx).lock(repoId);
    held.resolve();
    await over.promise;
  });
  await held.promise;
  return {
    [Symbol.asyncDispose]: async () => {
      over.resolve();
      await holding;
    },
  };
}

async function revoke(hub: ServedHub, token: { id: string }): Promise<void> {
  const id = parseId(token.id);
  assert.ok(id !== undefined);
  await hub.modules.tokens.revoke(OPERATOR, id);
}

void test('a commit whose token is revoked while its body comes is cut off within a second, and commits nothing', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { head } = await hub.addRepo('ada/model');
  const token = await hub.addToken('ada', 'write');
  const commit = await beginBody(hub, commitTo('ada/model', token.text));
  await revoke(hub, token);
  const revokedAt = performance.now();
  assert.ok((await commit.ended) - revokedAt < 1000);
  assert.match(commit.received(), /^HTTP\/1\.1 401 .*x-error-code: TokenRejected/is);
  assert.equal((await stateOf(hub, 'ada/model')).head, head);
});

void test('a commit whose sender loses the role while its body comes commits nothing', async () => {
  await using hub = await openServedHub();
  const owner = await hub.addUser('ada');
  const member = await hub.addUser('bob');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  const { actor } = await hub.modules.authentication.authenticate(owner);
  const wish = { type: 'model', namespace: 'acme', name: 'model', visibility: 'private' } as const;
  const { head } = await hub.modules.changes.create(actor, { ...wish, sdk: null, licence: null });
  const commit = await beginBody(hub, commitTo('acme/model', member));
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'read' });
  await commit.ended;
  assert.match(commit.received(), /^HTTP\/1\.1 403 .*x-error-code: RepoForbidden/is);
  assert.equal((await stateOf(hub, 'acme/model')).head, head);
});

void test('a commit that waits behind another when its token is revoked commits nothing', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  const { id } = await hub.addRepo('ada/model');
  const first = await hub.addToken('ada', 'write');
  const second = await hub.addToken('ada', 'write');
  const turn = await holdRepo(hub, id);
  const commits = [];
  for (const token of [first, second]) {
    const commit = await beginBody(hub, commitTo('ada/model', token.text));
    commits.push(commit.finish());
    await wait(200);
  }
  await revoke(hub, second);
  await turn[Symbol.asyncDispose]();
  const [kept, refused] = await Promise.all(commits);
  assert.match(String(kept), /^HTTP\/1\.1 200 /);
  assert.match(String(refused), /^HTTP\/1\.1 401 /);
});

void test('settings whose token is revoked while their body comes are not changed', async () => {
  await using hub = await openServedHub();
  await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const token = await hub.addToken('ada', 'write');
  const change = await beginBody(hub, publish('ada/model', token.text));
  await revoke(hub, token);
  assert.match(await change.finish(), /^HTTP\/1\.1 401 .*x-error-code: TokenRejected/is);
  assert.equal((await stateOf(hub, 'ada/model')).visibility, 'private');
});

void test('settings whose sender is disabled while their body comes are not changed', async () => {
  await using hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const change = await beginBody(hub, publish('ada/model', token));
  await hub.modules.identity.disableUser(OPERATOR, 'ada');
  assert.match(await change.finish(), /^HTTP\/1\.1 401 /);
  assert.equal((await stateOf(hub, 'ada/model')).visibility, 'private');
});

const CHANGES: readonly { method: string; path: string; body?: object }[] = [
  { method: 'PUT', path: 'models/ada/model/settings', body: { visibility: 'public' } },
  { method: 'POST', path: 'repos/move', body: { fromRepo: 'ada/model', toRepo: 'ada/other' } },
  { method: 'DELETE', path: 'repos/delete', body: { name: 'model' } },
  { method: 'POST', path: 'models/ada/model/duplicate', body: { repository: 'ada/copy' } },
  {
    method: 'POST',
    path: 'models/ada/model/lfs-files/batch',
    body: { deletions: { sha: ['0'.repeat(64)] } },
  },
  { method: 'POST', path: 'models/ada/model/branch/side', body: {} },
  { method: 'DELETE', path: 'models/ada/model/branch/old' },
  { method: 'POST', path: 'models/ada/model/tag/main', body: { tag: 'v1' } },
  { method: 'DELETE', path: 'models/ada/model/tag/old' },
  { method: 'POST', path: 'models/ada/model/super-squash/main', body: {} },
];

for (const { method, path, body } of CHANGES)
  void test(`${method} ${path} that waits for the repository when its token is revoked changes nothing`, async () => {
    await using hub = await openServedHub();
    const owner = await hub.addUser('ada');
    const { id } = await hub.addRepo('ada/model');
    const { actor } = await hub.modules.authentication.authenticate(owner);
    const address = { type: 'model', namespace: 'ada', name: 'model' } as const;
    const { refChanges } = hub.modules;
    const wish = { name: 'old', empty: false, overwrite: false };
    await refChanges.createBranch(() => Promise.resolve(actor), address, wish);
    await refChanges.createTag(() => Promise.resolve(actor), address, { name: 'old', revision: 'main' });
    const token = await hub.addToken('ada', 'write');
    const before = await stateOf(hub, 'ada/model');
    const repository = await holdRepo(hub, id);
    const answer = fetch(`${hub.url}/api/${path}`, {
      method,
      headers: { authorization: `Bearer ${token.text}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    await wait(300);
    await revoke(hub, token);
    await repository[Symbol.asyncDispose]();
    const { status, headers } = await answer;
    assert.deepEqual([status, headers.get('x-error-code')], [401, 'TokenRejected']);
    assert.deepEqual(await stateOf(hub, 'ada/model'), before);
  });

void test('settings that wait for the repository when their sender loses the role are not changed', async () => {
  await using hub = await openServedHub();
  const owner = await hub.addUser('ada');
  const member = await hub.addUser('bob');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'admin' });
  const { actor } = await hub.modules.authentication.authenticate(owner);
  const wish = { type: 'model', namespace: 'acme', name: 'model', visibility: 'private' } as const;
  const { id } = await hub.modules.changes.create(actor, { ...wish, sdk: null, licence: null });
  const repository = await holdRepo(hub, id);
  const { method, path, type, body } = publish('acme/model', member);
  const headers = { authorization: `Bearer ${member}`, 'content-type': type };
  const answer = fetch(`${hub.url}${path}`, { method, headers, body });
  await wait(300);
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'read' });
  await repository[Symbol.asyncDispose]();
  assert.equal((await answer).status, 403);
  assert.equal((await stateOf(hub, 'acme/model')).visibility, 'private');
});
