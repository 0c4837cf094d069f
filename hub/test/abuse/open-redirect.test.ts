// A link to the hub that leads somewhere else after a form.
import assert from 'node:assert/strict';
import test from 'node:test';
import { codeOf } from '../harness/second-factor.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { openSignedOnHub, signOn } from '../harness/signed-on-hub.ts';
import { TestBrowser, type PageAnswer } from '../harness/test-browser.ts';

const HOSTILE = [
  '//evil.example/',
  '/\\evil.example',
  '/.//evil.example',
  'https://evil.example/',
  '/\t/evil.example',
];

function requireHere(hub: ServedHub, to: string, { status, location }: PageAnswer): void {
  assert.equal(status, 303);
  assert.equal(new URL(location, hub.url).origin, hub.url, `${to} led to ${location}`);
}

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
    for (const answer of answers) requireHere(hub, to, answer);
  }
});

void test('no code of a second factor leads to another host', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const first = new TestBrowser(hub);
  await first.signIn('alice', PASSWORD);
  const begun = await first.send('/account/second-factor?/begin', {});
  const key = /data-key[^>]*>([A-Z2-7 ]+)</.exec(begun.body)?.[1] ?? '';
  await first.send('/account/second-factor?/confirm', { code: codeOf(key, hub.now()) });
  for (const to of HOSTILE) {
    hub.passTime(1);
    const browser = new TestBrowser(hub);
    const half = await browser.signIn('alice', PASSWORD);
    assert.match(half.location, /^\/sign-in\/code/);
    const page = `/sign-in/code?to=${encodeURIComponent(to)}`;
    requireHere(hub, to, await browser.send(page, { code: codeOf(key, hub.now()) }));
    assert.notEqual(browser.cookie('session'), undefined);
    // Signed in by now: the page leads on at once.
    requireHere(hub, to, await browser.open(page));
  }
});

void test('no issuer leads to another host, neither who signs in nor who proves', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  for (const to of HOSTILE) {
    const browser = new TestBrowser(it.hub);
    for (const page of ['/sign-in/issuer', '/account/prove/issuer'])
      requireHere(it.hub, to, await signOn(browser, 'u1', `${page}?to=${encodeURIComponent(to)}`));
  }
});
