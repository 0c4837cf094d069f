// Who was taken out of an organisation has nothing left of it: no token, link, open stream, page, invitation or right that
// they gave themselves or others meanwhile.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { type Grant } from '../../src/modules/access/index.ts';
import { sampleOf, uploadFile } from '../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs, visitAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const failsWith = (code: string) => (error: unknown) => isFault(error, code);

async function openAcme(role: 'write' | 'admin') {
  const hub = await openServedHub();
  for (const name of ['ada', 'bob']) await signInAs(hub, name);
  const org = await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role });
  const bob = (await visitAs(hub, 'bob')).actor;
  const wish = { type: 'model', namespace: 'acme', name: 'm', visibility: 'private' } as const;
  await hub.modules.changes.create(bob, { ...wish, sdk: null, licence: null });
  return { hub, org, bob };
}

async function statusOf(url: string, token?: string): Promise<number> {
  const answer = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  await answer.body?.cancel();
  return answer.status;
}

async function linkOf(hub: ServedHub, token: string, sample: { oid: string; size: number }): Promise<string> {
  const answer = await fetch(`${hub.url}/acme/m.git/info/lfs/objects/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.git-lfs+json' },
    body: JSON.stringify({ operation: 'download', objects: [{ oid: sample.oid, size: sample.size }] }),
  });
  const { objects } = (await answer.json()) as { objects: { actions: { download: { href: string } } }[] };
  return objects[0]?.actions.download.href ?? '';
}

void test('tokens of every kind, links and streams of a removed member end at once', async () => {
  const { hub, org } = await openAcme('write');
  await using _hub = hub;
  const sample = sampleOf('large');
  const classic = (await hub.addToken('bob', 'write')).text;
  await uploadFile(hub, { token: classic, repo: 'acme/m', sample, path: 'weights.bin' });
  const grant: Grant = {
    role: 'fineGrained',
    scoped: [{ entity: { type: 'org', id: org.id, name: 'acme' }, permissions: ['repo.write', 'org.write'] }],
    global: [],
    canReadGatedRepos: true,
  };
  const { text } = await hub.modules.tokens.issue(OPERATOR, { user: 'bob', name: 'fine', grant });
  const fine = text.reveal('to send it');
  const link = await linkOf(hub, classic, sample);
  const api = `${hub.url}/api/models/acme/m`;
  const all = async (): Promise<number[]> => [
    await statusOf(api, classic),
    await statusOf(api, fine),
    await statusOf(`${api}/auth-check/write`, fine),
    await statusOf(link),
    await statusOf(`${hub.url}/api/organizations/acme/settings/repositories`, fine),
  ];
  assert.deepEqual(await all(), [200, 200, 200, 200, 200]);
  const { authentication, repos } = hub.modules;
  const session = await authentication.authenticate(fine);
  using live = hub.streams.watch({
    key: 'read/fine',
    expiresAt: null,
    check: async () =>
      await repos.get(
        (await authentication.authenticateParent(session.token.id)).actor,
        { type: 'model', namespace: 'acme', name: 'm' },
        'read',
      ),
  });
  await hub.modules.members.remove(OPERATOR, { org: 'acme', user: 'bob' });
  const removedAt = performance.now();
  assert.deepEqual(await all(), [404, 404, 404, 404, 403]);
  while (!live.signal.aborted && performance.now() - removedAt < 2_000) await wait(10);
  assert.ok(
    live.signal.aborted && performance.now() - removedAt < 1_000,
    'an open stream ends within a second',
  );
});

void test('a removed administrator governs nothing any more, with the page they have open, too', async () => {
  const { hub, bob } = await openAcme('admin');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  await browser.signIn('bob', PASSWORD);
  const page = '/account/organizations/acme';
  assert.equal((await browser.open(page)).status, 200);
  await hub.modules.members.remove(OPERATOR, { org: 'acme', user: 'bob' });
  assert.equal((await browser.open(page)).status, 404);
  for (const [act, fields] of [
    ['role', { user: 'ada', role: 'read' }],
    ['remove', { user: 'ada' }],
    ['policy', { days: '' }],
    ['transfer', { user: 'ada' }],
  ] as const)
    assert.equal((await browser.send(`${page}?/${act}`, fields)).status, 404, act);
  const { memberships } = await visitAs(hub, 'ada');
  assert.deepEqual(
    memberships.map(({ orgName, role }) => [orgName, role]),
    [['acme', 'admin']],
  );
  // A call that was under way carries what its caller was known to be at its beginning.
  const { members, orgPolicies, namespaces, invitations } = hub.modules;
  for (const act of [
    () => members.put(bob, { org: 'acme', user: 'ada', role: 'read' }),
    () => members.transfer(bob, { org: 'acme', user: 'ada' }),
    () => orgPolicies.change(bob, 'acme', { approvesTokens: true }),
    () => namespaces.rename(bob, { kind: 'org', name: 'acme' }, 'bobs'),
    () => namespaces.delete(bob, { kind: 'org', name: 'acme' }),
  ])
    await assert.rejects(act, failsWith('org.forbidden'));
  // An invitation that was written that way lets nobody in.
  const late = await invitations.invite(bob, {
    email: 'm@example.org',
    org: { name: 'acme', role: 'admin' },
  });
  await assert.rejects(invitations.get(late.text.reveal('to use it')), failsWith('invitation.missing'));
});

void test('an invitation dies with its sender’s right to invite', async () => {
  const { hub, bob } = await openAcme('admin');
  await using _hub = hub;
  const { invitations, members } = hub.modules;
  const texts = [];
  for (let n = 0; n < 2; n += 1) {
    const wish = { email: `m${n}@example.org`, org: { name: 'acme', role: 'admin' } } as const;
    texts.push((await invitations.invite(bob, wish)).text.reveal('to use it'));
  }
  const [first = '', second = ''] = texts;
  assert.equal((await invitations.get(first)).org?.name, 'acme');
  await members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  await assert.rejects(
    invitations.accept(first, { name: 'mallory', password: PASSWORD }),
    failsWith('invitation.missing'),
  );
  const mallory = (await visitAs(hub, 'mallory2')).actor;
  await assert.rejects(invitations.join(mallory, second), failsWith('invitation.missing'));
});

void test('an invitation gives a member no other role, says so, and leaves no entry that they joined', async () => {
  const { hub, bob } = await openAcme('admin');
  await using _hub = hub;
  const { invitations, members } = hub.modules;
  const reader = (await visitAs(hub, 'reader')).actor;
  await members.put(OPERATOR, { org: 'acme', user: 'reader', role: 'read' });
  const wish = { email: 'r@example.org', org: { name: 'acme', role: 'admin' } } as const;
  const text = (await invitations.invite(bob, wish)).text.reveal('to use it');
  await assert.rejects(invitations.join(reader, text), failsWith('invitation.of-member'));
  assert.deepEqual(
    (await visitAs(hub, 'reader')).memberships.map(({ role }) => role),
    ['read'],
  );
  const { rows } = await hub.modules.pool.query(
    `select 1 from ledger.entry where kind = 'org.member-joined'`,
  );
  assert.equal(rows.length, 0);
  assert.equal((await invitations.get(text)).org?.name, 'acme', 'it is not used up');
});

void test('of two who administer an organisation and remove each other at once, one stays', async () => {
  const { hub, bob } = await openAcme('admin');
  await using _hub = hub;
  const ada = (await visitAs(hub, 'ada')).actor;
  const { members } = hub.modules;
  const outcomes = await Promise.allSettled([
    members.remove(bob, { org: 'acme', user: 'ada' }),
    members.remove(ada, { org: 'acme', user: 'bob' }),
  ]);
  assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  await assert.rejects(
    members.leave(outcomes[0].status === 'fulfilled' ? bob : ada, 'acme'),
    failsWith('org.last-owner'),
  );
});
