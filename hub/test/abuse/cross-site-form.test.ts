// A page elsewhere that has a form sent here changes nothing, also where the browser's cookies go along.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

void test('forms of other sites are refused, whatever they do', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  const wish = { name: 'x', days: '30', kind: 'write', scopes: '' };
  const foreign: Record<string, string | undefined>[] = [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example', 'sec-fetch-site': undefined },
    { origin: `http://localhost:${hub.port + 1}`, 'sec-fetch-site': 'same-site' },
    { origin: `http://127.0.0.1:${hub.port}`, 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: undefined, 'sec-fetch-site': undefined },
  ];
  for (const headers of foreign)
    for (const path of ['/account/tokens?/create', '/account/sessions?/others', '/sign-out', '/sign-in']) {
      const answer = await browser.send(path, { ...wish, password: PASSWORD }, headers);
      assert.deepEqual([answer.status, answer.headers['x-error-code']], [403, 'PageForeignForm'], path);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
  for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/json'])
    assert.equal((await browser.send('/sign-out', wish, { 'content-type': type })).status, 400, type);
  assert.equal((await browser.open('/account')).status, 200, 'still signed in');
  assert.match((await browser.open('/account/tokens')).body, /There are no tokens yet/);
});

void test('a cookie is no credential of the API', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  assert.equal((await browser.open('/api/whoami-v2')).status, 401);
});
