// What a restored database has of applications is taken back as the operator, and no refresh token of it counts.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { withPool } from '../../harness/shared-server.ts';
import {
  askToken,
  authorizePath,
  newPkce,
  refreshFields,
  registerClient,
  signInTo,
  type OauthClient,
} from '../../harness/oauth-client.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { PASSWORD, visitAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';
import { recordLoss } from '../../../src/first-start.ts';

async function refreshed(hub: ServedHub, client: OauthClient, token: string): Promise<string | undefined> {
  return (await askToken(hub, refreshFields(client, token))).body.error;
}

void test('the operator ends what one user lets an application do, and then the application', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const [alice, bob] = [await signInTo(hub, client), await signInTo(hub, client, { user: 'bob' })];
  const { applications, identity } = hub.modules;
  const application = client.clientId as Id;
  const user = (await identity.findByName('alice'))?.id;
  const { actor } = await visitAs(hub, 'carol');
  await assert.rejects(applications.endAsOperator(actor, { application, user }), {
    code: 'application.forbidden',
  });
  // Nothing but the refresh token is left after some hours, and no entry of a token that was revoked.
  hub.passTime(9 * 60);
  await applications.endAsOperator(OPERATOR, { application, user });
  assert.equal(await refreshed(hub, client, alice.refresh_token), 'invalid_grant');
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  assert.equal((await browser.open(authorizePath(client, newPkce()))).location, '', 'she is asked again');
  const { body } = await askToken(hub, refreshFields(client, bob.refresh_token));
  assert.equal(body.error, undefined);
  await assert.rejects(applications.endAsOperator(OPERATOR, { application, user }), {
    code: 'application.missing',
  });
  await applications.endAsOperator(OPERATOR, { application, user: undefined });
  assert.equal((await refreshed(hub, client, body.refresh_token)) === undefined, false);
  await assert.rejects(hub.modules.authentication.authenticate(body.access_token));
  await assert.rejects(applications.endAsOperator(OPERATOR, { application, user: undefined }), {
    code: 'application.missing',
  });
});

void test('whoever accepts a loss ends all refresh tokens, and it is on record', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const { refresh_token } = await signInTo(hub, client);
  const sealed = { why: 'behind', signed: 9, found: 5 } as const;
  const start = { instance: '0123456789abcdef01234567', operator: { name: 'root', uid: 0 } };
  await recordLoss(hub.modules, { ...start, sealed, lost: null });
  const { body } = await askToken(hub, refreshFields(client, refresh_token));
  assert.equal(body.error, undefined, 'while it is sealed nothing is accepted yet');
  await recordLoss(hub.modules, { ...start, sealed: null, lost: sealed });
  assert.equal(await refreshed(hub, client, body.refresh_token), 'invalid_grant');
  const { rows } = await withPool(
    hub.database.superuser,
    async (pool) =>
      await pool.query<{ body: string }>(
        `select body::text as body from ledger.entry where kind = 'instance.loss-accepted'`,
      ),
  );
  assert.deepEqual(
    rows.map((row) => (JSON.parse(row.body) as Record<string, unknown>)['refreshTokensEnded']),
    [1],
  );
});
