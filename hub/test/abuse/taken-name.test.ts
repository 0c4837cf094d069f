// A name that somebody had is nobody else's, by no way there is to get one: whoever got it would get what others still send
// to it, and their trust.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { RepoMoved } from '../../src/modules/repos/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, visitAs } from '../harness/sign-in.ts';
import { signUp } from '../harness/sign-up.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const failsWith = (code: string) => (error: unknown) => isFault(error, code);
const taken = failsWith('account.name-taken');

/** Every way to get a name of an account, tried by others for this one and for what looks like it. */
async function assertTaken(hub: ServedHub, name: string): Promise<void> {
  const { identity, invitations, namespaces } = hub.modules;
  let made = 0;
  for (const wish of [name, name.toUpperCase(), name.replace('o', '0')]) {
    const email = (): string => `${wish.toLowerCase()}-${(made += 1)}@example.org`;
    const invited = async (): Promise<void> => {
      const { text } = await invitations.invite(OPERATOR, { email: email() });
      await invitations.accept(text.reveal('to use it'), { name: wish, password: PASSWORD });
    };
    const signedUp = async (): Promise<void> => {
      const link = await signUp(hub, email());
      hub.passTime(10);
      await invitations.accept(link.replace('/join/', ''), { name: wish, password: PASSWORD });
    };
    for (const way of [
      () => identity.createUser(OPERATOR, { name: wish, email: email(), administrator: false }),
      () => identity.createOrg(OPERATOR, { name: wish, owner: 'eve' }),
      signedUp,
      invited,
      () => namespaces.rename(OPERATOR, { kind: 'user', name: 'eve' }, wish),
      () => namespaces.rename(OPERATOR, { kind: 'org', name: 'evil' }, wish),
    ])
      await assert.rejects(way, taken, `${wish}: ${String(way)}`);
  }
}

async function openWithEve(): Promise<{ hub: ServedHub; eve: string }> {
  const hub = await openServedHub({ signUp: 'open' });
  const eve = await hub.addUser('eve');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'evil', owner: 'eve' });
  return { hub, eve };
}

async function statusOf(
  hub: ServedHub,
  token: string,
  [path, body]: readonly [path: string, body?: object],
): Promise<number> {
  const answer = await fetch(`${hub.url}/api/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  });
  await answer.body?.cancel();
  return answer.status;
}

void test('the name of a deleted user or organisation is nobody’s, nor does anything get into it', async () => {
  const { hub, eve } = await openWithEve();
  await using _hub = hub;
  const bob = await hub.addUser('bob');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'oolong', owner: 'bob' });
  const inside = await hub.modules.invitations.invite(OPERATOR, {
    ...{ email: 'x@example.org', org: { name: 'oolong', role: 'write' } },
  });
  await assert.rejects(
    hub.modules.namespaces.delete(OPERATOR, { kind: 'user', name: 'bob' }),
    failsWith('org.last-owner'),
  );
  // Another who administers it and is disabled keeps nobody's place.
  await hub.addUser('gone');
  await hub.modules.members.put(OPERATOR, { org: 'oolong', user: 'gone', role: 'admin' });
  await hub.modules.identity.disableUser(OPERATOR, 'gone');
  await assert.rejects(
    hub.modules.namespaces.delete(OPERATOR, { kind: 'user', name: 'bob' }),
    failsWith('org.last-owner'),
  );
  await hub.addRepo('bob/m');
  await hub.modules.namespaces.delete(OPERATOR, { kind: 'org', name: 'oolong' });
  await assert.rejects(
    hub.modules.namespaces.delete(OPERATOR, { kind: 'user', name: 'bob' }),
    failsWith('repo.namespace-not-empty'),
  );
  const { actor } = await hub.modules.authentication.authenticate(bob);
  await hub.modules.changes.delete(() => Promise.resolve(actor), {
    type: 'model',
    namespace: 'bob',
    name: 'm',
  });
  await hub.modules.namespaces.delete(OPERATOR, { kind: 'user', name: 'bob' });
  await assert.rejects(hub.modules.authentication.authenticate(bob), failsWith('token.rejected'));
  await assert.rejects(
    hub.modules.invitations.accept(inside.text.reveal('to use it'), { name: 'ivy', password: PASSWORD }),
    failsWith('invitation.missing'),
  );
  for (const name of ['bob', 'oolong']) {
    await assertTaken(hub, name);
    assert.equal(await statusOf(hub, eve, ['repos/create', { name: `${name}/m` }]), 404, name);
    await hub.addRepo(`eve/for-${name}`);
    const move = { fromRepo: `eve/for-${name}`, toRepo: `${name}/m`, type: 'model' };
    assert.equal(await statusOf(hub, eve, ['repos/move', move]), 404, name);
    const copy = { repository: `${name}/m` };
    assert.equal(await statusOf(hub, eve, [`models/eve/for-${name}/duplicate`, copy]), 404, name);
  }
  await assert.rejects(hub.modules.identity.enableUser(OPERATOR, 'bob'), failsWith('account.missing'));
  await using superuser = openSuperuserPool(hub.database);
  for (const edit of [
    `update identity.account set disabled_at = null where name = 'bob'`,
    `update identity.account set deleted_at = null where name = 'bob'`,
    `update identity.name set state = 'live' where key = 'bob'`,
    `update identity.name set account_id = (select id from identity.account where name = 'eve') where key = 'bob'`,
  ])
    await assert.rejects(superuser.pool.query(edit), /stays/, edit);
});

void test('a name that was given up leads to where its owner is, and to nobody else', async () => {
  const { hub, eve } = await openWithEve();
  await using _hub = hub;
  const bob = await hub.addUser('bob');
  const repo = await hub.addRepo('bob/m', { visibility: 'public' });
  const { namespaces, repos, authentication } = hub.modules;
  await namespaces.rename(OPERATOR, { kind: 'user', name: 'bob' }, 'robert');
  await assertTaken(hub, 'bob');
  const { actor, account } = await authentication.authenticate(bob);
  assert.equal(account.name, 'robert');
  const old = { type: 'model', namespace: 'bob', name: 'm' } as const;
  await assert.rejects(repos.get(actor, old, 'read'), (error) => {
    assert.ok(error instanceof RepoMoved);
    return error.to === 'robert/m';
  });
  assert.equal((await repos.get(actor, { ...old, namespace: 'robert' }, 'read')).id, repo.id);
  assert.equal(await statusOf(hub, eve, ['repos/create', { name: 'bob/m' }]), 404);
  assert.equal(await statusOf(hub, bob, ['repos/create', { name: 'bob/n' }]), 404, 'not even for its owner');
  assert.equal(await statusOf(hub, bob, ['models/robert/m']), 200);
  // Back again: the name was never anybody else's.
  await namespaces.rename(OPERATOR, { kind: 'user', name: 'robert' }, 'bob');
  assert.equal((await repos.get(actor, old, 'read')).id, repo.id);
  await assertTaken(hub, 'robert');
});

void test('a user renames and deletes themselves alone, freshly signed in', async () => {
  const { hub } = await openWithEve();
  await using _hub = hub;
  const { namespaces } = hub.modules;
  const ada = (await visitAs(hub, 'ada')).actor;
  const token = (await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text))
    .actor;
  for (const [actor, name] of [
    [ada, 'eve'],
    [ada, 'nobody'],
    [token, 'ada'],
  ] as const) {
    const wish = { kind: 'user', name } as const;
    await assert.rejects(namespaces.rename(actor, wish, 'x1'), failsWith('account.credentials-forbidden'));
    await assert.rejects(namespaces.delete(actor, wish), failsWith('account.credentials-forbidden'));
  }
  await assert.rejects(namespaces.delete(ada, { kind: 'org', name: 'evil' }), failsWith('org.forbidden'));
  hub.passTime(11);
  const self = { kind: 'user', name: 'ada' } as const;
  await assert.rejects(namespaces.delete(ada, self), failsWith('account.proof-needed'));
  await namespaces.delete((await visitAs(hub, 'ada')).actor, self);
  await assert.rejects(visitAs(hub, 'ada'));
});
