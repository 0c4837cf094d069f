// An answer of the issuer counts once, in the browser that began it, for what it was begun for, and within ten minutes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { queryOf, START, startForgedIssuer } from '../harness/forged-issuer.ts';
import { signOnAt } from '../harness/oidc-issuer.ts';
import { openSignedOnHub, pathOf, signOn } from '../harness/signed-on-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const OVER = '/sign-in?problem=sso.over';
const INVALID = '/sign-in?problem=sso.invalid';

void test('a token with the nonce of another sign-on, or none, is refused', async () => {
  await using issuer = await startForgedIssuer();
  for (const nonce of ['x'.repeat(43), '', undefined]) {
    issuer.forge({ claims: { nonce: nonce } });
    assert.deepEqual(await issuer.client().end(START, queryOf()), { kind: 'invalid' }, String(nonce));
  }
});

void test('an answer counts once, also twice at the same time', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const browser = new TestBrowser(it.hub);
  const begun = await browser.open('/sign-in/issuer');
  const back = pathOf(await signOnAt(begun.location, 'u1'));
  // As somebody who copied everything that the browser had.
  const thieves = [1, 2, 3].map(() => {
    const thief = new TestBrowser(it.hub);
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    return thief;
  });
  const answers = await Promise.all([browser, ...thieves].map(async (one) => await one.open(back)));
  assert.deepEqual(answers.map(({ location }) => location).sort(), ['/account', OVER, OVER, OVER]);
  const again = [];
  for (const one of [browser, ...thieves]) again.push((await one.open(back)).location);
  // Whoever came first is signed in, and is told so there.
  assert.deepEqual(again.sort(), ['/account?problem=sso.over', OVER, OVER, OVER]);
});

void test('an answer in a browser that did not begin it signs nobody in', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('eve', { email: 'eve@example.org', preferred_username: 'eve' });
  const [eve, ada] = [new TestBrowser(it.hub), new TestBrowser(it.hub)];
  const begun = await eve.open('/sign-in/issuer');
  const back = pathOf(await signOnAt(begun.location, 'eve'));
  // Sent to somebody, so that they work in an account of the sender's (login cross-site request forgery).
  assert.equal((await ada.open(back)).location, OVER);
  await ada.open('/sign-in/issuer');
  assert.equal((await ada.open(back)).location, INVALID);
  assert.equal(ada.cookie('session'), undefined);
});

void test('a state that was altered, and a note that is not ours, are refused', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const browser = new TestBrowser(it.hub);
  const begun = await browser.open('/sign-in/issuer');
  const back = pathOf(await signOnAt(begun.location, 'u1'));
  const kept = new Map(browser.cookies);
  const other = back.replace(/state=[^&]+/, `state=${'x'.repeat(43)}`);
  assert.equal((await browser.open(other)).location, INVALID);
  for (const [name, value] of kept)
    if (name.endsWith('sign-on')) browser.cookies.set(name, `${value.slice(0, -2)}AA`);
  assert.equal((await browser.open(back)).location, OVER);
});

void test('an answer that took longer than ten minutes is too late', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const browser = new TestBrowser(it.hub);
  const begun = await browser.open('/sign-in/issuer');
  const back = pathOf(await signOnAt(begun.location, 'u1'));
  it.hub.passTime(11);
  assert.equal((await browser.open(back)).location, OVER);
});

void test('what was begun to sign in connects no account, and the other way round', async () => {
  await using it = await openSignedOnHub('open');
  await signInAs(it.hub, 'ada');
  it.issuer.people.set('eve', { email: 'eve@example.org', preferred_username: 'eve' });
  const browser = new TestBrowser(it.hub);
  await browser.signIn('ada', PASSWORD);
  // Whoever has ada's browser sign on as eve ties nothing to ada: the session is eve's afterwards.
  assert.equal((await signOn(browser, 'eve')).location, '/account');
  assert.match((await browser.open('/account')).body, />eve</);
  // Begun in one session and ended in another.
  const other = new TestBrowser(it.hub);
  await other.signIn('ada', PASSWORD);
  const page = await other.send('/account?/connect', {});
  const address = /href="(http:[^"]+\/auth\?[^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const back = pathOf(await signOnAt(address, 'eve'));
  await other.signIn('ada', PASSWORD);
  await other.send('/sign-out', {});
  assert.equal((await other.open(back)).location, OVER);
});
