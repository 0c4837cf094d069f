// An organisation that approves tokens approves an application once, and again when it asks for more.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { type Id } from '@holdfast/kernel/id';
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
  signInTo,
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

void test('who administers an organisation lets an application be let in again, and ends it again', async () => {
  await using hub = await openServedHub();
  const scopes = ['openid', 'read-repos'];
  const [client, other] = [await registerClient(hub, { scopes }), await registerClient(hub, { scopes })];
  const acme = await addOrg(hub, 'acme', (await visitAs(hub, 'alice')).account.name);
  const { actor } = await visitAs(hub, 'alice');
  const model = { type: 'model', name: 'shared', visibility: 'private', sdk: null, licence: null } as const;
  await hub.modules.changes.create(actor, { ...model, namespace: 'acme' });
  const wish = { scope: 'openid read-repos', org: acme };
  const seen = async ({ access_token: token }: TokenSet): Promise<number> =>
    await statusWith(hub, token, '/api/models/acme/shared');
  const renew = async ({ refresh_token: refresh }: TokenSet): Promise<TokenSet> =>
    (await askToken(hub, refreshFields(client, refresh))).body;
  const idOf = async ({ access_token: token }: TokenSet): Promise<Id> =>
    (await hub.modules.authentication.authenticate(token)).token.id;
  const { orgTokens } = hub.modules;
  const first = await signInTo(hub, client, wish);
  const others = await signInTo(hub, other, wish);
  for (const one of [first, others]) await orgTokens.end(actor, 'acme', await idOf(one));
  await assert.rejects(
    orgTokens.readmit((await visitAs(hub, 'bob')).actor, 'acme', await idOf(first)),
    (error) => isFault(error, 'org.forbidden'),
  );
  const classic = await hub.addToken('alice', 'read');
  await orgTokens.end(actor, 'acme', classic.id as Id);
  await assert.rejects(orgTokens.readmit(actor, 'acme', classic.id as Id), (error) =>
    isFault(error, 'token.missing'),
  );
  const browser = await signedInBrowser(hub, 'alice');
  const page = '/account/organizations/acme';
  const offered = [...(await browser.open(page)).body.matchAll(/action="\?\/readmit"[^]*?value="(\w+)"/g)];
  assert.deepEqual(
    new Set(offered.map(([, id]) => id)),
    new Set([await idOf(first), await idOf(others)]),
    'a token that somebody made is made anew',
  );
  const id = await idOf(first);
  // As a hub whose clock is ahead said it: what is said now counts all the same.
  const ahead = `update tokens.org_decision set at = at + interval '1 hour' where token_id = $1`;
  await hub.modules.pool.query(ahead, [id]);
  assert.equal((await browser.send(`${page}?/readmit`, { id })).location, page);
  assert.equal(await seen(first), 404, 'what was ended stays ended');
  const second = await renew(first);
  assert.deepEqual([await seen(second), await seen(await signInTo(hub, client, wish))], [200, 200]);
  assert.equal(await seen(await signInTo(hub, other, wish)), 404, 'another application is another');
  await assert.rejects(orgTokens.readmit(actor, 'acme', await idOf(second)), (error) =>
    isFault(error, 'token.missing'),
  );
  await orgTokens.end(actor, 'acme', await idOf(second));
  assert.equal(await seen(await renew(second)), 404, 'it is ended anew');
  // What SQL wrote is none.
  await hub.modules.pool.query(`update tokens.readmission set at = now() + interval '1 hour'`);
  assert.equal(await seen(await signInTo(hub, client, wish)), 404);
});
