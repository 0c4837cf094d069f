// Signing in to an application with the account of this hub: discovery, the page, the tokens, who it was, and the end of it.
import assert from 'node:assert/strict';
import { createPublicKey, verify, type webcrypto } from 'node:crypto';
import test from 'node:test';
import {
  addOrg,
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  onwardOf,
  refreshFields,
  registerClient,
  signedInBrowser,
  signInTo,
  statusWith,
} from '../../harness/oauth-client.ts';
import { withPool } from '../../harness/shared-server.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { visitAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

type Claims = Record<string, unknown>;

async function readIdToken(hub: ServedHub, text: string): Promise<Claims> {
  const [head = '', body = '', signature = ''] = text.split('.');
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
  const { keys } = (await (await fetch(`${hub.url}/oauth/jwks`)).json()) as {
    keys: (webcrypto.JsonWebKey & { kid: string })[];
  };
  const key = keys.find((one) => one.kid === kid);
  assert.ok(key !== undefined && !('d' in key), 'published, and only its public half');
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    createPublicKey({ key, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  );
  assert.ok(signed);
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims;
}

async function userInfo(hub: ServedHub, token: string, method = 'GET'): Promise<Claims> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${hub.url}/oauth/userinfo`, { method, headers });
  assert.equal(answer.status, 200);
  return (await answer.json()) as Claims;
}

async function entriesOf(hub: ServedHub, pattern: string): Promise<string[]> {
  return await withPool(hub.database.superuser, async (pool) => {
    const { rows } = await pool.query<{ kind: string }>(
      'select kind from ledger.entry where kind like $1 order by kind',
      [pattern],
    );
    return rows.map(({ kind }) => kind);
  });
}

void test('somebody signs in: is asked once, and the application learns what they allow', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: ['openid', 'profile', 'email', 'read-memberships'] });
  const discovery = (await (await fetch(`${hub.url}/.well-known/openid-configuration`)).json()) as Claims;
  assert.equal(discovery['issuer'], hub.url);
  // As the browser calls it.
  const issuer = `http://localhost:${hub.port}`;
  const pkce = newPkce();
  const path = authorizePath(client, pkce, { nonce: 'n1', scope: 'openid profile' });
  const stranger = await new TestBrowser(hub).open(path);
  assert.equal(stranger.location, `/sign-in?to=${encodeURIComponent(path)}`);
  const browser = await signedInBrowser(hub, 'alice');
  const page = await browser.open(path);
  assert.equal(page.status, 200);
  for (const said of ['Weather', 'maker', 'app.example', 'alice']) assert.ok(page.body.includes(said), said);
  const to = await allow(browser, path);
  assert.equal(`${to.origin}${to.pathname}`, client.redirect);
  assert.deepEqual([to.searchParams.get('state'), to.searchParams.get('iss')], ['s1', issuer]);
  const given = await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''));
  assert.deepEqual([given.status, given.headers.get('cache-control')], [200, 'no-store']);
  assert.equal(given.body.scope, 'openid profile');
  assert.ok(given.body.expires_in <= 8 * 3600);
  const claims = await readIdToken(hub, given.body.id_token ?? '');
  const account = await hub.modules.identity.findByName('alice');
  const now = Date.now() / 1000;
  assert.deepEqual(
    ['iss', 'aud', 'sub', 'nonce', 'preferred_username', 'email'].map((name) => claims[name]),
    [issuer, client.clientId, account?.id, 'n1', 'alice', undefined],
  );
  assert.ok((claims['exp'] as number) > now && (claims['auth_time'] as number) <= now + 1);
  const info = await userInfo(hub, given.body.access_token);
  assert.deepEqual(
    [info['sub'], info['name'], info['email'], info['orgs']],
    [account?.id, 'alice', undefined, undefined],
  );
  assert.equal((await userInfo(hub, given.body.access_token, 'POST'))['profile'], `${hub.url}/alice`);
  // Asked once: from now on the browser is sent on, by a page where a form of ours led here.
  const again = await browser.open(path);
  assert.deepEqual([again.status, new URL(again.location).searchParams.has('code')], [303, true]);
  const led = await browser.open(path, { 'sec-fetch-site': 'same-origin' });
  assert.deepEqual([led.status, onwardOf(led).searchParams.has('code')], [200, true]);
  assert.deepEqual(await entriesOf(hub, 'application.%'), [
    'application.authorized',
    'application.registered',
  ]);
});

void test('scopes open what they say, in the organisations that were chosen', async () => {
  await using hub = await openServedHub();
  const scopes = ['openid', 'email', 'read-memberships', 'read-repos', 'write-repos'];
  const client = await registerClient(hub, { scopes });
  await hub.addUser('alice2');
  await hub.addRepo('alice2/own');
  const browser = await signedInBrowser(hub, 'alice');
  const [acme] = [await addOrg(hub, 'acme', 'alice'), await addOrg(hub, 'umbrella', 'alice')];
  const { actor } = await visitAs(hub, 'alice');
  for (const [namespace, name] of [
    ['alice', 'own'],
    ['acme', 'shared'],
    ['umbrella', 'shared'],
  ] as const)
    await hub.modules.changes.create(actor, {
      ...{ type: 'model', namespace, name, visibility: 'private', sdk: null, licence: null },
    });
  const reach = async (scope: string, org: Record<string, string>): Promise<(number | string)[]> => {
    const pkce = newPkce();
    const to = await allow(browser, authorizePath(client, pkce, { scope, prompt: 'consent' }), org);
    const { body } = await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''));
    const paths = ['alice/own', 'acme/shared', 'umbrella/shared', 'alice2/own'];
    const read = await Promise.all(
      paths.map((one) => statusWith(hub, body.access_token, `/api/models/${one}`)),
    );
    const made = await fetch(`${hub.url}/api/repos/create`, {
      method: 'POST',
      headers: { authorization: `Bearer ${body.access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'model', name: `new-${org['org'] ?? ''}${scope.length}` }),
    });
    return [...read, made.status];
  };
  assert.deepEqual(await reach('openid', {}), [404, 404, 404, 404, 403]);
  assert.deepEqual(await reach('openid read-repos', {}), [200, 404, 404, 404, 403]);
  assert.deepEqual(await reach('openid read-repos', { org: acme ?? '' }), [200, 200, 404, 404, 403]);
  assert.deepEqual(await reach('openid write-repos', { org: acme ?? '' }), [200, 200, 404, 404, 200]);
  const { access_token: token } = await signInTo(hub, client, { scope: 'openid email read-memberships' });
  const info = await userInfo(hub, token);
  // Nobody has proved that it is theirs: an application must not take them for who has that address elsewhere.
  assert.deepEqual([info['email'], info['email_verified']], ['alice@example.org', false]);
  const same = await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${token}` } });
  const asked = (await same.json()) as { email: string | null; emailVerified: boolean };
  assert.deepEqual([asked.email, asked.emailVerified], ['alice@example.org', false], 'nor here');
  assert.deepEqual(
    (info['orgs'] as { preferred_username: string; roleInOrg: string }[]).map((one) => [
      one.preferred_username,
      one.roleInOrg,
    ]),
    [
      ['acme', 'admin'],
      ['umbrella', 'admin'],
    ],
  );
  const plain = await signInTo(hub, client, { scope: 'openid' });
  const who = await fetch(`${hub.url}/api/whoami-v2`, {
    headers: { authorization: `Bearer ${plain.access_token}` },
  });
  const told = (await who.json()) as { email: string | null; orgs: unknown[] };
  assert.deepEqual([told.email, told.orgs], [null, []], 'no more than was allowed, also elsewhere');
});

void test('a refresh token gives the next, and narrows', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, {
    scopes: ['openid', 'profile', 'read-repos'],
    confidential: true,
  });
  const first = await signInTo(hub, client, { scope: 'openid profile read-repos' });
  const basic = Buffer.from(`${client.clientId}:${client.secret ?? ''}`).toString('base64');
  const { client_secret: _, ...bare } = refreshFields(client, first.refresh_token);
  const second = await askToken(hub, { ...bare, scope: 'openid' }, { authorization: `Basic ${basic}` });
  assert.deepEqual([second.status, second.body.scope], [200, 'openid']);
  assert.notEqual(second.body.refresh_token, first.refresh_token);
  assert.equal(await statusWith(hub, first.access_token, '/oauth/userinfo'), 401, 'the one before ended');
  assert.equal(await statusWith(hub, second.body.access_token, '/oauth/userinfo'), 200);
  const wider = await askToken(hub, {
    ...refreshFields(client, second.body.refresh_token),
    scope: 'openid read-repos',
  });
  assert.deepEqual([wider.status, wider.body.error], [400, 'invalid_scope']);
  assert.equal((await askToken(hub, refreshFields(client, second.body.refresh_token))).status, 200);
});

void test('revoking, deleting and disabling end tokens and what follows them', async () => {
  await using hub = await openServedHub();
  const { applications, identity, authentication } = hub.modules;
  const ended = async (name: string, end: (clientId: string) => Promise<unknown>): Promise<void> => {
    const client = await registerClient(hub);
    const tokens = await signInTo(hub, client);
    assert.equal(await statusWith(hub, tokens.access_token, '/oauth/userinfo'), 200, name);
    await end(client.clientId);
    await assert.rejects(authentication.authenticate(tokens.access_token), name);
    assert.equal(
      (await askToken(hub, refreshFields(client, tokens.refresh_token))).status >= 400,
      true,
      name,
    );
  };
  const { actor } = await visitAs(hub, 'alice');
  await ended('revoked', async (id) => await applications.revoke(actor, id as never));
  const maker = (await visitAs(hub, 'maker')).actor;
  await ended('deleted', async (id) => await applications.delete(maker, id as never));
  await ended('signed out', async () => await identity.signOutUser(OPERATOR, 'alice'));
  await ended('whose it is was disabled', async () => await identity.disableUser(OPERATOR, 'maker'));
  await identity.enableUser(OPERATOR, 'maker');
  await ended('disabled', async () => await identity.disableUser(OPERATOR, 'alice'));
  await identity.enableUser(OPERATOR, 'alice');
  const client = await registerClient(hub);
  const tokens = await signInTo(hub, client);
  await identity.disableUser(OPERATOR, 'alice');
  await identity.enableUser(OPERATOR, 'alice');
  assert.equal(await statusWith(hub, tokens.access_token, '/oauth/userinfo'), 401, 'enabled again');
  assert.equal((await askToken(hub, refreshFields(client, tokens.refresh_token))).status, 400);
});

void test('prompt and max_age are heeded', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const pkce = newPkce();
  const path = (fields: Record<string, string>): string => authorizePath(client, pkce, fields);
  const errorOf = (answer: { location: string }): string | null =>
    new URL(answer.location).searchParams.get('error');
  assert.equal(errorOf(await new TestBrowser(hub).open(path({ prompt: 'none' }))), 'login_required');
  const browser = await signedInBrowser(hub, 'alice');
  assert.equal(errorOf(await browser.open(path({ prompt: 'none' }))), 'consent_required');
  await allow(browser, path({}));
  const silent = new URL((await browser.open(path({ prompt: 'none' }))).location);
  assert.ok(silent.searchParams.has('code'));
  assert.equal((await browser.open(path({ prompt: 'consent' }))).status, 200);
  assert.match((await browser.open(path({ prompt: 'login' }))).location, /^\/account\/prove\?to=/);
  hub.passTime(20);
  assert.match((await browser.open(path({ max_age: '600' }))).location, /^\/account\/prove\?to=/);
  assert.equal(errorOf(await browser.open(path({ prompt: 'none', max_age: '600' }))), 'login_required');
  assert.equal((await browser.open(path({ max_age: '7200' }))).status, 303);
});

void test('a program on the machine of the person is given no code unasked', async () => {
  await using hub = await openServedHub();
  const redirects = ['http://localhost:4000/back', 'org.example.weather:/back', 'https://app.example/back'];
  const client = await registerClient(hub, { redirects });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  await allow(browser, authorizePath(client, pkce));
  // Whoever listens at a port, or took the scheme, says it is that application (RFC 8252, 8.6).
  for (const redirect of ['http://localhost:4001/back', ...redirects.slice(0, 2)]) {
    const asked = await browser.open(authorizePath({ ...client, redirect }, pkce));
    assert.deepEqual([asked.status, asked.location], [200, ''], redirect);
    const silent = await browser.open(authorizePath({ ...client, redirect }, pkce, { prompt: 'none' }));
    assert.equal(new URL(silent.location).searchParams.get('error'), 'consent_required', redirect);
  }
  const web = await browser.open(authorizePath({ ...client, redirect: redirects[2] ?? '' }, pkce));
  assert.ok(new URL(web.location).searchParams.has('code'));
});

void test('an organisation decides about applications as about all tokens', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: ['openid', 'read-repos'] });
  const browser = await signedInBrowser(hub, 'alice');
  const acme = await addOrg(hub, 'acme', 'alice');
  const { actor } = await visitAs(hub, 'alice');
  const model = { type: 'model', name: 'shared', visibility: 'private', sdk: null, licence: null } as const;
  await hub.modules.changes.create(actor, { ...model, namespace: 'acme' });
  const pkce = newPkce();
  const path = authorizePath(client, pkce, { scope: 'openid read-repos' });
  const to = await allow(browser, path, { org: acme });
  const first = (await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''))).body;
  const seen = async (token: string): Promise<number> =>
    await statusWith(hub, token, '/api/models/acme/shared');
  assert.equal(await seen(first.access_token), 200);
  const [listed] = await hub.modules.orgTokens.list(OPERATOR, 'acme');
  assert.equal(listed?.token.name, 'Weather');
  await hub.modules.orgTokens.end(OPERATOR, 'acme', listed?.token.id ?? ('' as never));
  const { body } = await askToken(hub, refreshFields(client, first.refresh_token));
  assert.equal(await seen(body.access_token), 404, 'what was ended does not come back with the next token');
  const again = newPkce();
  const back = await browser.open(authorizePath(client, again, { scope: 'openid read-repos' }));
  const code = new URL(back.location).searchParams.get('code') ?? '';
  const third = (await askToken(hub, codeFields(client, again, code))).body;
  assert.equal(await seen(third.access_token), 404, 'nor with the next code');
});

void test('whoever presses twice says yes once, and both are answered', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const browser = await signedInBrowser(hub, 'alice');
  const path = authorizePath(client, newPkce());
  const answers = await Promise.all(Array.from({ length: 4 }, async () => await allow(browser, path)));
  assert.ok(answers.every(({ searchParams }) => searchParams.has('code')));
  const { actor } = await visitAs(hub, 'alice');
  assert.equal((await hub.modules.applications.listAuthorized(actor)).length, 1);
});

void test('many who ask for the first key at once are shown one', async () => {
  await using hub = await openServedHub();
  const asked = await Promise.all(Array.from({ length: 8 }, () => hub.modules.idTokens.listPublic()));
  const kids = asked.flatMap((keys) => keys.map(({ kid }) => kid));
  assert.deepEqual([kids.length, new Set(kids).size], [8, 1]);
});
