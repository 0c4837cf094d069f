// Names: a name once used is never given to someone else, and an old one leads to its repository or nowhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type UserActor } from '../../../src/modules/access/index.ts';
import { RepoMoved, type RepoAddress } from '../../../src/modules/repos/index.ts';
import { OPERATOR, openServedHub, type ServedHub } from '../../harness/served-hub.ts';

async function actorOf(hub: ServedHub, name: string): Promise<UserActor> {
  const text = await hub.addUser(name);
  return (await hub.modules.authentication.authenticate(text)).actor;
}

const model = (namespace: string, name: string): RepoAddress => ({ type: 'model', namespace, name });
const wish = (address: RepoAddress) => ({
  ...address,
  visibility: 'private' as const,
  sdk: null,
  licence: null,
});
const failsWith = (code: string) => (error: unknown) => isFault(error, code);

void test('create() refuses a name that is taken, in any letter case, and says where it is', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, 'alice');
  const { changes } = hub.modules;
  await changes.create(alice, wish(model('alice', 'bert')));
  for (const name of ['bert', 'BERT'])
    await assert.rejects(changes.create(alice, wish(model('alice', name))), (error) => {
      assert.ok(isFault(error, 'repo.exists'));
      assert.equal(error.details['id'], `alice/${name}`);
      return true;
    });
  // The same name for another type is another repository.
  await changes.create(alice, { ...wish(model('alice', 'bert')), type: 'dataset' });
});

void test('create() refuses bad names and namespaces that are not the actor’s', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, 'alice');
  await actorOf(hub, 'bob');
  const { changes } = hub.modules;
  for (const name of [
    '',
    'a--b',
    'a..b',
    '.a',
    'a/',
    '../x',
    'x.git',
    'a b',
    'é',
    'x'.repeat(97),
    'a\n',
    'x.ipynb',
  ])
    await assert.rejects(
      changes.create(alice, wish(model('alice', name))),
      failsWith('repo.name-invalid'),
      name,
    );
  await assert.rejects(changes.create(alice, wish(model('bob', 'x'))), failsWith('repo.namespace-forbidden'));
  await assert.rejects(
    changes.create(alice, wish(model('nobody', 'x'))),
    failsWith('repo.namespace-missing'),
  );
});

void test('a deleted name may be taken again by its own namespace, and holds nothing of the old repository', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, 'alice');
  const { changes, repos } = hub.modules;
  const before = await changes.create(alice, wish(model('alice', 'bert')));
  await changes.delete(() => Promise.resolve(alice), model('alice', 'bert'));
  await assert.rejects(repos.get(alice, model('alice', 'bert'), 'discover'), failsWith('repo.missing'));
  const after = await changes.create(alice, wish(model('alice', 'bert')));
  assert.notEqual(after.id, before.id);
});

void test('a moved name leads to the repository and cannot be shadowed by anyone', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, 'alice');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'alice' });
  const text = (await hub.addToken('alice', 'write')).text;
  const actor = (await hub.modules.authentication.authenticate(text)).actor;
  const { changes, repos } = hub.modules;
  const made = await changes.create(actor, wish(model('alice', 'bert')));
  await changes.move(() => Promise.resolve(actor), model('alice', 'bert'), {
    namespace: 'acme',
    name: 'bert-large',
  });
  await assert.rejects(repos.get(actor, model('alice', 'bert'), 'read'), (error) => {
    assert.ok(error instanceof RepoMoved);
    assert.equal(error.to, 'acme/bert-large');
    return true;
  });
  await assert.rejects(changes.create(actor, wish(model('alice', 'bert'))), failsWith('repo.name-redirects'));
  await assert.rejects(changes.create(alice, wish(model('Alice', 'BERT'))), failsWith('repo.name-redirects'));
  // It may go back to a name of its own, and then the other one redirects.
  await changes.move(() => Promise.resolve(actor), model('acme', 'bert-large'), {
    namespace: 'alice',
    name: 'bert',
  });
  assert.equal((await repos.get(actor, model('alice', 'bert'), 'read')).id, made.id);
  await assert.rejects(
    repos.get(actor, model('acme', 'bert-large'), 'read'),
    (error) => error instanceof RepoMoved,
  );
});

void test('the refusal of a moved name says where its repository is, to those who may know of it', async () => {
  await using hub = await openServedHub();
  await hub.addUser('alice');
  await hub.addUser('bob');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'bob' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'alice', role: 'write' });
  const text = (await hub.addToken('alice', 'write')).text;
  const member = (await hub.modules.authentication.authenticate(text)).actor;
  const { changes } = hub.modules;
  await changes.create(member, wish(model('alice', 'old')));
  await changes.move(() => Promise.resolve(member), model('alice', 'old'), {
    namespace: 'acme',
    name: 'new',
  });
  const create = async (token: string): Promise<{ url?: string }> => {
    const answer = await fetch(`${hub.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'old', organization: null }),
    });
    assert.equal(answer.status, 409);
    return (await answer.json()) as { url?: string };
  };
  assert.equal((await create(text)).url, `${hub.url}/acme/new`);
  await hub.modules.members.remove(OPERATOR, { org: 'acme', user: 'alice' });
  assert.equal((await create(text)).url, undefined);
});

void test('a redirect to a private repository tells a stranger nothing', async () => {
  await using hub = await openServedHub();
  const alice = await actorOf(hub, 'alice');
  const bob = await actorOf(hub, 'bob');
  await hub.modules.changes.create(alice, wish(model('alice', 'old')));
  await hub.modules.changes.move(() => Promise.resolve(alice), model('alice', 'old'), {
    namespace: 'alice',
    name: 'new',
  });
  await assert.rejects(hub.modules.repos.get(bob, model('alice', 'old'), 'read'), failsWith('repo.missing'));
});

void test('names of users are reserved, unique in every case, and not to be mistaken for one another', async () => {
  await using hub = await openServedHub();
  const { identity } = hub.modules;
  let made = 0;
  const create = (name: string) =>
    identity.createUser(OPERATOR, { name, email: `${(made += 1)}@example.org`, administrator: false });
  await create('google');
  for (const name of ['GOOGLE', 'g00gle', 'goog-le'])
    await assert.rejects(create(name), failsWith('account.name-taken'), name);
  for (const name of ['api', 'Settings', 'datasets'])
    await assert.rejects(create(name), failsWith('account.name-reserved'), name);
  await assert.rejects(
    identity.createOrg(OPERATOR, { name: 'Google', owner: 'google' }),
    failsWith('account.name-taken'),
  );
  await identity.disableUser(OPERATOR, 'google');
  await assert.rejects(create('google'), failsWith('account.name-taken'));
});

void test('an organisation that wants it so has private repositories, unless somebody asks otherwise', async () => {
  await using hub = await openServedHub();
  await hub.addUser('alice');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'alice' });
  const text = (await hub.addToken('alice', 'write')).text;
  const create = async (name: string, more: object = {}): Promise<boolean> => {
    const answer = await fetch(`${hub.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name, organization: 'acme', ...more }),
    });
    assert.equal(answer.status, 200);
    const { actor } = await hub.modules.authentication.authenticate(text);
    const { visibility } = await hub.modules.repos.get(actor, model('acme', name), 'read');
    return visibility === 'private';
  };
  assert.equal(await create('before'), false);
  await hub.modules.orgPolicies.change(OPERATOR, 'acme', { privateByDefault: true });
  assert.equal(await create('usual'), true);
  assert.equal(await create('asked', { private: false }), false);
  assert.equal(await create('secret', { private: true }), true);
});
