// An application that knows several hubs is made to take the answer of one for that of another: each answer says whose it is.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  allow,
  authorizePath,
  newPkce,
  onwardOf,
  registerClient,
  signedInBrowser,
} from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';

void test('codes and refusals name the hub, and carry the state as it came', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub);
  const browser = await signedInBrowser(hub, 'alice');
  const state = '{"nonce":"a&b=c#d","x":"\u00e9 %"}';
  const path = authorizePath(client, newPkce(), { state });
  const issuer = `http://localhost:${hub.port}`;
  const refused = onwardOf(await browser.send(path.replace('?', '?/refuse&'), { answer: 'yes' }));
  const wrong = new URL((await browser.open(path.replace('type=code', 'type=token'))).location);
  const allowed = await allow(browser, path);
  const silent = new URL((await browser.open(path)).location);
  assert.deepEqual(
    [refused, wrong, allowed, silent].map(({ searchParams }) => searchParams.get('error')),
    ['access_denied', 'unsupported_response_type', null, null],
  );
  for (const { searchParams, hash } of [refused, wrong, allowed, silent])
    assert.deepEqual([searchParams.get('iss'), searchParams.get('state'), hash], [issuer, state, '']);
});
