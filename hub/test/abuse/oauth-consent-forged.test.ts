// A page elsewhere has somebody say yes without their knowing: in a frame, or by a form of its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { authorizePath, newPkce, registerClient, signedInBrowser } from '../harness/oauth-client.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { visitAs } from '../harness/sign-in.ts';

void test('the page stands in no frame, and takes no form but its own', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { owner: 'mallory' });
  const browser = await signedInBrowser(hub, 'alice');
  const path = authorizePath(client, newPkce());
  const { headers } = await browser.open(path);
  assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['cache-control'], 'no-store');
  const foreign: Record<string, string | undefined>[] = [
    { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://app.example', 'sec-fetch-site': undefined },
    { origin: `http://localhost:${hub.port + 1}`, 'sec-fetch-site': 'same-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: undefined, 'sec-fetch-site': undefined },
  ];
  for (const head of foreign) {
    const sent = await browser.send(path.replace('?', '?/allow&'), { answer: 'yes' }, head);
    assert.deepEqual([sent.status, sent.headers['x-error-code']], [403, 'PageForeignForm']);
  }
  // To open the page says nothing either, whatever its address names.
  for (const one of [path.replace('?', '?/allow&'), `${path}&answer=yes`])
    assert.match((await browser.open(one)).body, /<form method="post"/);
  const { actor } = await visitAs(hub, 'alice');
  assert.deepEqual(await hub.modules.applications.listAuthorized(actor), []);
});

void test('a browser that was left open says yes to nothing', async () => {
  await using hub = await openServedHub();
  const client = await registerClient(hub, { owner: 'mallory' });
  const browser = await signedInBrowser(hub, 'alice');
  hub.passTime(11);
  const path = authorizePath(client, newPkce());
  const sent = await browser.send(path.replace('?', '?/allow&'), { answer: 'yes' });
  assert.match(sent.location, /^\/account\/prove\?to=%2Foauth%2Fauthorize/);
  for (const [page, fields] of [
    ['/account/applications?/register', { name: 'x', redirects: 'https://x.example/', scope: 'openid' }],
    ['/account/applications?/delete', { id: client.clientId }],
  ] as const)
    assert.match((await browser.send(page, fields)).location, /^\/account\/prove/, page);
});
