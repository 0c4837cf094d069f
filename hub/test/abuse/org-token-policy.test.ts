// What an organisation asks of tokens holds for every token and at once: also on what is under way, and against who writes
// the database or holds the token of somebody who administers the organisation.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
import { type Grant } from '../../src/modules/access/index.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { signInAs, visitAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

const failsWith = (code: string) => (error: unknown) => isFault(error, code);

async function openAcme() {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  await signInAs(hub, 'ada');
  await hub.addUser('bob');
  const org = await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  await hub.addRepo('bob/own');
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('bob', 'write')).text);
  const wish = { type: 'model', namespace: 'acme', name: 'm', visibility: 'private' } as const;
  const repo = await hub.modules.changes.create(actor, { ...wish, sdk: null, licence: null });
  const ada = (await visitAs(hub, 'ada')).actor;
  opened.move();
  return { hub, org, repo, ada };
}

async function issue(hub: ServedHub, grant: Grant, days = 90): Promise<{ id: Id; text: string }> {
  const { token, text } = await hub.modules.tokens.issue(OPERATOR, {
    ...{ user: 'bob', name: 'ci', grant },
    expiresInDays: days,
  });
  return { id: token.id, text: text.reveal('to send it') };
}

function fine(org: { id: Id }): Grant {
  const entity = { type: 'org', id: org.id, name: 'acme' } as const;
  return {
    role: 'fineGrained',
    scoped: [{ entity, permissions: ['repo.write'] }],
    global: [],
    canReadGatedRepos: false,
  };
}

const CLIENT = 'hf_hub/1.2.0; python/3.13';

async function statusOf(hub: ServedHub, token: string, path = '/api/models/acme/m'): Promise<number> {
  const answer = await fetch(hub.url + path, {
    headers: { authorization: `Bearer ${token}`, 'user-agent': CLIENT },
  });
  await answer.body?.cancel();
  return answer.status;
}

void test('an organisation refuses classic tokens and those that live too long; elsewhere they work', async () => {
  const { hub, org, ada } = await openAcme();
  await using _hub = hub;
  const classic = await issue(hub, { role: 'write' });
  const long = await issue(hub, fine(org), 31);
  const short = await issue(hub, fine(org), 30);
  const seen = async (): Promise<number[]> =>
    await Promise.all([classic, long, short].map(async ({ text }) => await statusOf(hub, text)));
  assert.deepEqual(await seen(), [200, 200, 200]);
  await hub.modules.orgPolicies.change(ada, 'acme', { refusesClassic: true });
  assert.deepEqual(await seen(), [404, 200, 200]);
  await hub.modules.orgPolicies.change(ada, 'acme', { mostTokenDays: 30 });
  assert.deepEqual(await seen(), [404, 404, 200]);
  assert.equal(await statusOf(hub, classic.text, '/api/models/bob/own'), 200);
  const list = await fetch(`${hub.url}/api/models?author=acme`, {
    headers: { authorization: `Bearer ${classic.text}` },
  });
  assert.deepEqual(await list.json(), []);
  const whoami = await fetch(`${hub.url}/api/whoami-v2`, {
    headers: { authorization: `Bearer ${classic.text}` },
  });
  const { orgs } = (await whoami.json()) as { orgs: { roleInOrg: string; securityRestrictions: string[] }[] };
  assert.deepEqual([orgs[0]?.roleInOrg, orgs[0]?.securityRestrictions], ['no_access', ['token-policy']]);
});

void test('a token lives 90 days where its maker says nothing; an organisation may ask for less', async () => {
  const { hub, org, ada } = await openAcme();
  await using _hub = hub;
  const { tokens, orgPolicies } = hub.modules;
  const { token, text } = await tokens.issue(OPERATOR, { user: 'bob', name: 'ci', grant: fine(org) });
  assert.ok(token.expiresAt !== null);
  assert.equal(token.expiresAt.getTime() - token.createdAt.getTime(), 90 * 86_400_000);
  const it = text.reveal('to send it');
  const shorter = await issue(hub, fine(org), 89);
  await orgPolicies.change(ada, 'acme', { mostTokenDays: 89 });
  assert.deepEqual([await statusOf(hub, it), await statusOf(hub, shorter.text)], [404, 200]);
  await orgPolicies.change(ada, 'acme', { mostTokenDays: 90 });
  assert.equal(await statusOf(hub, it), 200);
  hub.passTime(90 * 24 * 60 - 5);
  assert.deepEqual([await statusOf(hub, it), await statusOf(hub, shorter.text)], [200, 401]);
  hub.passTime(5);
  assert.equal(await statusOf(hub, it), 401);
  // Nor can one be made to live for ever.
  for (const expiresInDays of [0, 3651, Number.POSITIVE_INFINITY])
    await assert.rejects(
      tokens.issue(OPERATOR, { user: 'bob', name: 'ci', grant: fine(org), expiresInDays }),
      failsWith('token.expiry-invalid'),
    );
});

void test('where tokens are approved, none works before; an approval that SQL wrote is none', async () => {
  const { hub, org, ada } = await openAcme();
  await using _hub = hub;
  const [one, other] = [await issue(hub, fine(org)), await issue(hub, { role: 'read' })];
  await hub.modules.orgPolicies.change(ada, 'acme', { approvesTokens: true });
  assert.deepEqual([await statusOf(hub, one.text), await statusOf(hub, other.text)], [404, 404]);
  await hub.modules.orgTokens.approve(ada, 'acme', one.id);
  assert.deepEqual([await statusOf(hub, one.text), await statusOf(hub, other.text)], [200, 404]);
  await using superuser = openSuperuserPool(hub.database);
  // Copied from the one that was approved, with all that is in the database.
  await superuser.pool.query(
    'insert into tokens.org_decision select $1, org_id, state, at, mac from tokens.org_decision',
    [other.id],
  );
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  assert.equal(await statusOf(hub, other.text), 404);
});

void test('a reach that was ended is ended for good, at once, for this organisation alone', async () => {
  const { hub, org, ada } = await openAcme();
  await using _hub = hub;
  const token = await issue(hub, fine(org));
  const classic = await issue(hub, { role: 'write' });
  for (const { id } of [token, classic]) await hub.modules.orgTokens.end(ada, 'acme', id);
  assert.deepEqual([await statusOf(hub, token.text), await statusOf(hub, classic.text)], [404, 404]);
  assert.equal(await statusOf(hub, classic.text, '/api/models/bob/own'), 200);
  await hub.modules.orgTokens.approve(ada, 'acme', classic.id);
  assert.equal(await statusOf(hub, classic.text), 404);
  await using superuser = openSuperuserPool(hub.database);
  await assert.rejects(
    superuser.pool.query(`update tokens.org_decision set state = 'approved'`),
    /does not reach the organisation again/,
  );
});

void test('what is made from a token, and what is under way, ends with its reach', async () => {
  const { hub, org, repo, ada } = await openAcme();
  await using _hub = hub;
  const token = await issue(hub, fine(org));
  const answer = await fetch(`${hub.url}/api/models/acme/m/xet-read-token/main`, {
    headers: { authorization: `Bearer ${token.text}` },
  });
  const xet = (await answer.json()) as { casUrl: string; accessToken: string };
  const ask = async (): Promise<string | null> => {
    const { headers } = await fetch(`${xet.casUrl}/v1/reconstructions/${'0'.repeat(64)}`, {
      headers: { authorization: `Bearer ${xet.accessToken}` },
    });
    return headers.get('x-error-code');
  };
  const before = await ask();
  const session = await hub.modules.authentication.authenticate(token.text);
  const check = async (): Promise<unknown> =>
    await hub.modules.repos.get(
      (await hub.modules.authentication.authenticateParent(session.token.id)).actor,
      repo,
      'read',
    );
  using live = hub.streams.watch({ key: `read/${token.id}`, check, expiresAt: null });
  await hub.modules.orgTokens.end(ada, 'acme', token.id);
  assert.notEqual(await ask(), before);
  assert.equal(await ask(), 'RepoNotFound');
  for (let turn = 0; turn < 100 && !live.signal.aborted; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(live.signal.aborted);
});

void test('the list names every token that reaches the organisation, and no other', async () => {
  const { hub, org, repo, ada } = await openAcme();
  await using _hub = hub;
  await hub.addUser('eve');
  const onRepo = await issue(hub, {
    ...(fine(org) as Extract<Grant, { role: 'fineGrained' }>),
    scoped: [{ entity: { type: 'model', id: repo.id, name: 'acme/m' }, permissions: ['repo.content.read'] }],
  });
  const own = await hub.modules.identity.findByName('bob');
  const elsewhere = await issue(hub, {
    ...(fine(org) as Extract<Grant, { role: 'fineGrained' }>),
    scoped: [{ entity: { type: 'user', id: own?.id as Id, name: 'bob' }, permissions: ['repo.write'] }],
  });
  const revoked = await issue(hub, { role: 'read' });
  await hub.modules.tokens.revoke(OPERATOR, revoked.id);
  hub.passTime(2);
  const usedAt = hub.now();
  await statusOf(hub, onRepo.text);
  hub.passTime(2);
  await hub.modules.authentication.flushUses();
  const listed = await hub.modules.orgTokens.list(ada, 'acme');
  const ids = listed.map(({ token }) => token.id);
  assert.ok(ids.includes(onRepo.id));
  assert.ok(!ids.includes(elsewhere.id) && !ids.includes(revoked.id));
  assert.ok(listed.every(({ owner }) => ['ada', 'bob'].includes(owner.name)));
  const one = listed.find(({ token }) => token.id === onRepo.id);
  assert.deepEqual(
    [one?.lastUse?.address, one?.lastUse?.client, one?.reach],
    ['127.0.0.1', CLIENT, 'reaches'],
  );
  const after = (one?.lastUse?.at.getTime() ?? 0) - usedAt.getTime();
  assert.ok(after >= 0 && after < 60_000, `${after} ms after it was used`);
  await assert.rejects(hub.modules.orgTokens.end(ada, 'acme', elsewhere.id), failsWith('token.missing'));
});

void test('no token of who administers the organisation loosens what it asks or approves itself', async () => {
  const { hub, ada } = await openAcme();
  await using _hub = hub;
  await hub.modules.orgPolicies.change(ada, 'acme', { approvesTokens: true });
  const { text, id } = await hub.addToken('ada', 'write');
  const { actor } = await hub.modules.authentication.authenticate(text);
  const thief = { ...actor, memberships: new Map(ada.memberships) };
  const { orgPolicies, orgTokens, members } = hub.modules;
  for (const act of [
    () => orgPolicies.change(thief, 'acme', { approvesTokens: false }),
    () => orgTokens.approve(thief, 'acme', id as Id),
    () => orgTokens.list(thief, 'acme'),
    () => members.put(thief, { org: 'acme', user: 'bob', role: 'admin' }),
    () => members.transfer(thief, { org: 'acme', user: 'bob' }),
  ])
    await assert.rejects(act, failsWith('org.forbidden'));
  hub.passTime(11);
  await assert.rejects(
    orgPolicies.change(ada, 'acme', { approvesTokens: false }),
    failsWith('account.proof-needed'),
  );
});
