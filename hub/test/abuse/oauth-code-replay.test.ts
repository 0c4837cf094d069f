// A code that was seen is shown a second time.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
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

void test('a code counts once, also at the same time, and a second use ends what the first gave', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const code = async (): Promise<string> =>
    (await allow(browser, authorizePath(client, pkce))).searchParams.get('code') ?? '';
  const fields = codeFields(client, pkce, await code());
  const { body: first } = await askToken(hub, fields);
  assert.equal(await statusWith(hub, first.access_token, '/oauth/userinfo'), 200);
  const { body: renewed } = await askToken(hub, refreshFields(client, first.refresh_token));
  const second = await askToken(hub, fields);
  assert.deepEqual([second.status, second.body.error], [400, 'invalid_grant']);
  for (const { access_token: token } of [first, renewed])
    await assert.rejects(hub.modules.authentication.authenticate(token));
  assert.equal((await askToken(hub, refreshFields(client, renewed.refresh_token))).status, 400);
  const same = codeFields(client, pkce, await code());
  const answers = await Promise.all(Array.from({ length: 6 }, () => askToken(hub, same)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
});

void test('a code ends after a minute, and with the session in which it was given', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const pkce = newPkce();
  const browser = await signedInBrowser(hub, 'alice');
  const codeOf = async (): Promise<string> =>
    (await allow(browser, authorizePath(client, pkce))).searchParams.get('code') ?? '';
  const late = await codeOf();
  hub.passTime(1.1);
  assert.equal((await askToken(hub, codeFields(client, pkce, late))).body.error, 'invalid_grant');
  const over = await codeOf();
  await browser.send('/sign-out', {});
  assert.equal((await askToken(hub, codeFields(client, pkce, over))).body.error, 'invalid_grant');
});
