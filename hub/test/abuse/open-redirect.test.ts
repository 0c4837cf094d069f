// A link to the hub that leads somewhere else after a form.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const HOSTILE = [
  '//evil.example/',
  '/\\evil.example',
  '/.//evil.example',
  'https://evil.example/',
  '/\t/evil.example',
];

void test('no form leads to another host', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  for (const to of HOSTILE) {
    const browser = new TestBrowser(hub);
    const query = `?to=${encodeURIComponent(to)}`;
    const signedIn = await browser.send(`/sign-in${query}`, { name: 'alice', password: PASSWORD });
    const answers = [
      signedIn,
      await browser.open(`/sign-in${query}`),
      await browser.send(`/account/prove${query}`, { password: PASSWORD }),
      await browser.send('/language', { language: 'pt', back: to }),
    ];
    for (const { status, location } of answers) {
      assert.equal(status, 303);
      assert.equal(new URL(location, hub.url).origin, hub.url, `${to} led to ${location}`);
    }
  }
});
