// A code that was seen on its way is shown by somebody else: another application, without the verifier, for another address.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  registerClient,
  signedInBrowser,
} from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';

const OTHER = 'https://app.example/other';

void test('a code is good for whom it was given alone', async (t) => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { redirects: ['https://app.example/back', OTHER] });
  const mallory = await registerClient(hub, { owner: 'mallory', redirects: [client.redirect] });
  const server = await registerClient(hub, { owner: 'mallory', confidential: true });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const to = await allow(browser, authorizePath(client, pkce));
  const good = codeFields(client, pkce, to.searchParams.get('code') ?? '');
  const cases: Record<string, Record<string, string>> = {
    'another application': { ...good, client_id: mallory.clientId },
    'another one with its secret': {
      ...good,
      client_id: server.clientId,
      client_secret: server.secret ?? '',
    },
    'no verifier': { ...good, code_verifier: '' },
    'another verifier': { ...good, code_verifier: newPkce().verifier },
    'the challenge': { ...good, code_verifier: pkce.challenge },
    'another address': { ...good, redirect_uri: OTHER },
    'no address': { ...good, redirect_uri: '' },
    'no application and no verifier': { ...good, client_id: '', code_verifier: '' },
  };
  for (const [name, fields] of Object.entries(cases))
    await t.test(name, async () => {
      const { status, body } = await askToken(hub, fields);
      assert.deepEqual([status, body.error, body.access_token], [400, 'invalid_grant', undefined]);
    });
  assert.equal((await askToken(hub, good)).status, 200, 'and its own application has it all the same');
});

void test('a challenge that was taken out of the request does not help', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { confidential: true });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const without = authorizePath(client, pkce, { code_challenge: '', code_challenge_method: '' });
  const code = (await allow(browser, without)).searchParams.get('code') ?? '';
  const fields = codeFields(client, pkce, code);
  assert.equal((await askToken(hub, fields)).body.error, 'invalid_grant', 'a verifier that nobody asked for');
  const open = await registerClient(hub);
  const refused = await browser.open(
    authorizePath(open, pkce, { code_challenge: '', code_challenge_method: '' }),
  );
  assert.equal(new URL(refused.location).searchParams.get('error'), 'invalid_request');
  const plain = await browser.open(authorizePath(open, pkce, { code_challenge_method: 'plain' }));
  assert.equal(new URL(plain.location).searchParams.get('error'), 'invalid_request');
});

void test('an application that keeps a secret shows it, and guesses are counted', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { confidential: true });
  const browser = await signedInBrowser(hub, 'alice');
  const pkce = newPkce();
  const code = (await allow(browser, authorizePath(client, pkce))).searchParams.get('code') ?? '';
  const good = codeFields(client, pkce, code);
  const wrong = 'w'.repeat(43);
  const basic = (secret: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${client.clientId}:${secret}`).toString('base64')}`,
  });
  for (const secret of ['', wrong, client.secret?.slice(1) ?? ''])
    assert.equal((await askToken(hub, { ...good, client_secret: secret })).status, 401);
  const { client_secret: _, ...bare } = good;
  const refused = await askToken(hub, bare, basic(wrong));
  assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_client']);
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Basic/);
  assert.equal((await askToken(hub, good, basic(client.secret ?? ''))).body.error, 'invalid_request');
  // Somebody behind the same address has nothing but malformed codes: nobody else is kept out by that.
  for (let n = 0; n < 40; n += 1)
    assert.equal((await askToken(hub, { ...good, code: 'nothing' })).body.error, 'invalid_grant');
  for (let n = 0; n < 40; n += 1) await askToken(hub, { ...good, client_secret: wrong });
  const stopped = await askToken(hub, { ...good, client_secret: wrong });
  assert.deepEqual([stopped.status, stopped.body.error], [429, 'temporarily_unavailable']);
  assert.equal((await askToken(hub, bare, basic(client.secret ?? ''))).status, 200, 'the application itself');
});
