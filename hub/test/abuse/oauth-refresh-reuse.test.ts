// A refresh token that was stolen is used beside the application that it was given to.
import assert from 'node:assert/strict';
import test from 'node:test';
import { askToken, refreshFields, registerClient, signInTo } from '../harness/oauth-client.ts';
import { openServedHub, OPERATOR } from '../harness/served-hub.ts';

void test('whoever comes second ends it for both', async () => {
  await using hub = await openServedHub();
  const { authentication } = hub.modules;
  const client = await registerClient(hub);
  const first = await signInTo(hub, client);
  const beside = await signInTo(hub, client);
  const { body: thief } = await askToken(hub, refreshFields(client, first.refresh_token));
  await authentication.authenticate(thief.access_token);
  const again = await askToken(hub, refreshFields(client, first.refresh_token));
  assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
  for (const { access_token: token } of [first, thief])
    await assert.rejects(authentication.authenticate(token));
  assert.equal((await askToken(hub, refreshFields(client, thief.refresh_token))).status, 400);
  await authentication.authenticate(beside.access_token);
  assert.equal((await askToken(hub, refreshFields(client, beside.refresh_token))).status, 200);
});

void test('at the same time one is given, and nothing stays', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const { refresh_token: token } = await signInTo(hub, client);
  const answers = await Promise.all(
    Array.from({ length: 6 }, () => askToken(hub, refreshFields(client, token))),
  );
  const given = answers.filter(({ status }) => status === 200);
  assert.equal(given.length, 1);
  for (const { body } of given)
    assert.equal((await askToken(hub, refreshFields(client, body.refresh_token))).status, 400);
});

void test('it is good for its own application alone, and not after the token beside it was revoked', async () => {
  await using hub = await openServedHub();
  const { authentication, tokens, identity } = hub.modules;
  const client = await registerClient(hub);
  const other = await registerClient(hub, { owner: 'mallory' });
  const first = await signInTo(hub, client);
  assert.equal((await askToken(hub, refreshFields(other, first.refresh_token))).status, 400);
  const { body } = await askToken(hub, refreshFields(client, first.refresh_token));
  await tokens.revoke(OPERATOR, (await authentication.authenticate(body.access_token)).token.id);
  assert.equal((await askToken(hub, refreshFields(client, body.refresh_token))).body.error, 'invalid_grant');
  const last = await signInTo(hub, client);
  await identity.setPassword(OPERATOR, 'alice', 'quite another password');
  assert.equal((await askToken(hub, refreshFields(client, last.refresh_token))).body.error, 'invalid_grant');
});
