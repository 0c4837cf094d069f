// A refresh token that was stolen is used beside the application that it was given to.
import assert from 'node:assert/strict';
import test from 'node:test';
import { withPool } from '../harness/shared-server.ts';
import { untilTrue } from '../harness/vault-doors.ts';
import {
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  refreshFields,
  registerClient,
  signedInBrowser,
  signInTo,
} from '../harness/oauth-client.ts';
import { openServedHub, OPERATOR } from '../harness/served-hub.ts';
import { visitAs } from '../harness/sign-in.ts';

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

void test('a replay beside a refresh ends both, whichever waits for the other', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const first = await signInTo(hub, client);
  const { body: second } = await askToken(hub, refreshFields(client, first.refresh_token));
  const answers = await withPool(hub.database.superuser, async (pool) => {
    const waiting = async (count: number): Promise<boolean> => {
      await pool.query('select pg_stat_clear_snapshot()');
      const { rows } = await pool.query<{ n: number }>(
        `select count(*)::int n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0]?.n === count;
    };
    await pool.query('begin');
    await pool.query('select id from oauth.authorization for update');
    const replay = askToken(hub, refreshFields(client, first.refresh_token));
    await untilTrue('both wait', async () => await waiting(1));
    const refresh = askToken(hub, refreshFields(client, second.refresh_token));
    await untilTrue('both wait', async () => await waiting(2));
    await pool.query('commit');
    return await Promise.all([replay, refresh]);
  });
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.error]),
    [
      [400, 'invalid_grant'],
      [400, 'invalid_grant'],
    ],
  );
  await assert.rejects(hub.modules.authentication.authenticate(second.access_token));
});

void test('what was begun before a new password does not outlive it, however late it was fetched', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const browser = await signedInBrowser(hub, 'alice');
  hub.passTime(1);
  const pkce = newPkce();
  const to = await allow(browser, authorizePath(client, pkce));
  const { body } = await askToken(hub, codeFields(client, pkce, to.searchParams.get('code') ?? ''));
  // As by a change that looked at its clock before the code was shown, and was done after.
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query(
      `update identity.account set signed_out_at = (select proved_at + interval '1 second' from oauth.code) where name = 'alice'`,
    );
  });
  assert.equal((await askToken(hub, refreshFields(client, body.refresh_token))).body.error, 'invalid_grant');
});

void test('a new password and being signed out are told to every hub', async () => {
  await using hub = await openServedHub();
  const { identity, passwords } = hub.modules;
  const { actor } = await visitAs(hub, 'alice');
  const alice = await identity.findByName('alice');
  const epoch = async (): Promise<string> =>
    await withPool(hub.database.superuser, async (pool) => {
      const { rows } = await pool.query<{ n: string }>(`select n from epoch.counter where name = 'identity'`);
      return rows[0]?.n ?? '';
    });
  for (const [name, act] of [
    [
      'changed',
      async () => await passwords.change(actor, alice?.id ?? ('' as never), 'quite another password'),
    ],
    ['reset', async () => await identity.setPassword(OPERATOR, 'alice', 'yet another password')],
    ['signed out', async () => await identity.signOutUser(OPERATOR, 'alice')],
  ] as const) {
    const before = await epoch();
    await act();
    assert.notEqual(await epoch(), before, name);
  }
});
