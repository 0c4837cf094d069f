// An application that was let in for little takes more, without anybody being asked.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { withPool } from '../harness/shared-server.ts';
import {
  addOrg,
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  refreshFields,
  registerClient,
  signedInBrowser,
  statusWith,
} from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const SCOPES = ['openid', 'profile', 'email', 'read-repos', 'write-repos'];

void test('more is asked again, and never taken: by no request, no refresh and no registration', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: SCOPES });
  const small = await registerClient(hub, { scopes: ['openid'] });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const at = (scope: string, fields = {}): string => authorizePath(client, pkce, { scope, ...fields });
  const to = await allow(browser, at('openid read-repos'));
  const { body } = await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''));
  assert.equal((await browser.open(at('openid'))).status, 303, 'less is not asked');
  const more = await browser.open(at('openid write-repos'));
  assert.deepEqual([more.status, more.location], [200, '']);
  const silent = new URL((await browser.open(at('openid email', { prompt: 'none' }))).location);
  assert.equal(silent.searchParams.get('error'), 'consent_required');
  for (const scope of ['openid read-repos write-repos', 'openid email', 'unknown']) {
    const refreshed = await askToken(hub, { ...refreshFields(client, body.refresh_token), scope });
    assert.equal(refreshed.body.error, 'invalid_scope', scope);
  }
  for (const scope of ['openid email', 'openid manage-repos', 'openid inference-api', '']) {
    const asked = await browser.open(authorizePath(small, pkce, { scope }));
    assert.equal(new URL(asked.location).searchParams.get('error'), 'invalid_scope', scope);
    const said = await allow(browser, authorizePath(small, pkce, { scope }));
    assert.equal(said.searchParams.get('code'), null, scope);
  }
});

void test('who is asked to let read in an organisation is told that what they allowed elsewhere writes there', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: SCOPES });
  const browser = await signedInBrowser(hub, 'alice');
  const acme = await addOrg(hub, 'acme', 'alice');
  const pkce = newPkce();
  await allow(browser, authorizePath(client, pkce, { scope: 'openid write-repos' }));
  const page = await browser.open(authorizePath(client, pkce, { scope: 'openid read-repos' }));
  const words = page.body.replaceAll(/<!--[^>]*-->/g, '');
  assert.match(words, /<li>Read, change and delete all your repositories[^<]*<span[^>]*>allowed before/);
  assert.match(words, /<li>Read all your repositories, private ones too<\/li>/, 'not marked as known');
  // What has nothing to do with repositories takes no organisation away unseen.
  await allow(browser, authorizePath(client, pkce, { scope: 'openid read-repos' }), { org: acme });
  const mail = await browser.open(authorizePath(client, pkce, { scope: 'openid email' }));
  assert.match(mail.body, new RegExp(`value="${acme}"[^>]* checked`));
});

void test('a token of an application does nothing that its user must do signed in', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: SCOPES });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const to = await allow(browser, authorizePath(client, pkce, { scope: 'openid write-repos' }));
  const { body } = await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''));
  const { actor } = await hub.modules.authentication.authenticate(body.access_token);
  const { tokens, applications } = hub.modules;
  const wish = { name: 'x', redirects: ['https://x.example/'], scopes: ['openid'], isConfidential: false };
  for (const act of [
    () => tokens.issue(actor, { user: 'alice', name: 'x', grant: { role: 'write' } }),
    () => applications.register(actor, wish),
    () => applications.revoke(actor, client.clientId as never),
    () => applications.listAuthorized(actor),
  ])
    await assert.rejects(act, (error) => isFault(error) && error.code.endsWith('.forbidden'));
  const bearer = { authorization: `Bearer ${body.access_token}` };
  const page = await new TestBrowser(hub).open(authorizePath(client, pkce), bearer);
  assert.match(page.location, /^\/sign-in/);
  assert.equal(await statusWith(hub, body.access_token, '/metrics'), 403);
});

void test('who writes the database widens no application, no yes and no code', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: SCOPES });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const to = await allow(browser, authorizePath(client, pkce, { scope: 'openid' }));
  const fields = codeFields(client, pkce, to.searchParams.get('code') ?? '');
  const tamper = async (sql: string): Promise<void> =>
    await withPool(hub.database.superuser, async (pool) => void (await pool.query(sql)));
  await tamper(`update oauth.code set scopes = '{openid,write-repos}'`);
  assert.equal((await askToken(hub, fields)).body.error, 'invalid_grant');
  await tamper(`update oauth.authorization set scopes = '{openid,write-repos}'`);
  const asked = await browser.open(authorizePath(client, pkce, { scope: 'openid write-repos' }));
  assert.equal(asked.location, '', 'nobody said yes to that');
  await tamper(`update oauth.application set redirect_uris = '{https://evil.example/}'`);
  const evil = authorizePath({ ...client, redirect: 'https://evil.example/' }, pkce);
  assert.equal((await browser.open(evil)).status, 400);
});
