// An organisation that approves tokens approves an application once, and again when it asks for more.
import assert from 'node:assert/strict';
import test from 'node:test';
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
  type TokenSet,
} from '../../harness/oauth-client.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { visitAs } from '../../harness/sign-in.ts';

void test('an approval holds for the next token of the same grant, and for no wider one', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: ['openid', 'read-repos', 'write-repos'] });
  const browser = await signedInBrowser(hub, 'alice');
  const acme = await addOrg(hub, 'acme', 'alice');
  const { actor } = await visitAs(hub, 'alice');
  const model = { type: 'model', name: 'shared', visibility: 'private', sdk: null, licence: null } as const;
  await hub.modules.changes.create(actor, { ...model, namespace: 'acme' });
  await hub.modules.orgPolicies.change(actor, 'acme', { approvesTokens: true });
  const seen = async (token: string): Promise<number> =>
    await statusWith(hub, token, '/api/models/acme/shared');
  const fetchFor = async (scope: string): Promise<{ access_token: string; refresh_token: string }> => {
    const pkce = newPkce();
    const to = await allow(browser, authorizePath(client, pkce, { scope }), { org: acme });
    return (await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''))).body;
  };
  const first = await fetchFor('openid read-repos');
  assert.equal(await seen(first.access_token), 404, 'it waits');
  // Another device of theirs, which waits for itself.
  await fetchFor('openid read-repos');
  const { token } = await hub.modules.authentication.authenticate(first.access_token);
  await hub.modules.orgTokens.approve(OPERATOR, 'acme', token.id);
  const next = (await askToken(hub, refreshFields(client, first.refresh_token))).body;
  assert.equal(await seen(next.access_token), 200, 'approved once');
  const wider = await fetchFor('openid read-repos write-repos');
  assert.equal(await seen(wider.access_token), 404, 'more waits anew');
});

void test('what an organisation ended of one token is ended of all that the application has, and gets', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { scopes: ['openid', 'read-repos'] });
  const browser = await signedInBrowser(hub, 'alice');
  const acme = await addOrg(hub, 'acme', 'alice');
  const { actor } = await visitAs(hub, 'alice');
  const model = { type: 'model', name: 'shared', visibility: 'private', sdk: null, licence: null } as const;
  await hub.modules.changes.create(actor, { ...model, namespace: 'acme' });
  const pkce = newPkce();
  const fetchOne = async (): Promise<TokenSet> => {
    const to = await allow(browser, authorizePath(client, pkce, { scope: 'openid read-repos' }), {
      org: acme,
    });
    return (await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''))).body;
  };
  const seen = async ({ access_token: token }: TokenSet): Promise<number> =>
    await statusWith(hub, token, '/api/models/acme/shared');
  const [first, second] = [await fetchOne(), await fetchOne()];
  assert.deepEqual([await seen(first), await seen(second)], [200, 200]);
  const { token } = await hub.modules.authentication.authenticate(first.access_token);
  await hub.modules.orgTokens.end(OPERATOR, 'acme', token.id);
  assert.deepEqual([await seen(first), await seen(second)], [404, 404]);
  const renewed = (await askToken(hub, refreshFields(client, second.refresh_token))).body;
  assert.deepEqual([await seen(renewed), await seen(await fetchOne())], [404, 404]);
});
