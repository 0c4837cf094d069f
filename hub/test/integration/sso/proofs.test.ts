// What a sign-on proves, and what it does not: of who acts on something that outlasts a session, their issuer is asked anew who they are.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openLog } from '@holdfast/platform/log';
import {
  allow,
  askToken,
  authorizePath,
  codeFields,
  newPkce,
  onwardOf,
  registerClient,
  type Pkce,
} from '../../harness/oauth-client.ts';
import { codeOf } from '../../harness/second-factor.ts';
import { openSignedOnHub, signOn, type SignedOnHub } from '../../harness/signed-on-hub.ts';
import { OPERATOR } from '../../harness/served-hub.ts';
import { PASSWORD } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

/** A user with a second factor whom the issuer knows, in two browsers, an hour after they proved that it is them. */
async function openWithFactor(
  it: SignedOnHub,
): Promise<{ browser: TestBrowser; key: string; codes: string[] }> {
  const { sessions, secondFactors } = it.hub.modules;
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const browser = new TestBrowser(it.hub);
  await signOn(browser, 'u1');
  await signOn(browser, 'u1', '/account/prove/issuer?to=/account');
  const visit = await sessions.find(browser.cookie('session') ?? '');
  assert.ok(visit !== undefined);
  const { actor, account } = visit;
  const { key } = await secondFactors.begin(actor, account.id, { user: 'ada', host: 'hub' });
  const codes = await secondFactors.confirm(actor, account.id, codeOf(key, it.hub.now()));
  it.hub.passTime(60);
  return { browser, key, codes };
}

void test('a sign-on is no fresh proof until the issuer has asked anew', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const browser = new TestBrowser(it.hub);
  await signOn(browser, 'u1');
  const mint = async (): Promise<string> => {
    const wish = { name: 'left open', days: '30', kind: 'write', scopes: '' };
    const { status, location } = await browser.send('/account/tokens?/create', wish);
    return status === 303 ? location : 'made';
  };
  assert.equal(await mint(), '/account/prove?to=%2Faccount%2Ftokens');
  // Whoever finds the browser open signs out, and is signed on again by what the issuer remembers.
  await browser.send('/sign-out', {});
  await signOn(browser, 'u1');
  assert.equal(await mint(), '/account/prove?to=%2Faccount%2Ftokens');
  const renewed = await signOn(browser, 'u1', '/account/prove/issuer?to=/account/tokens');
  assert.equal(renewed.location, '/account/tokens');
  assert.equal(await mint(), 'made');
  it.hub.passTime(11);
  assert.equal(await mint(), '/account/prove?to=%2Faccount%2Ftokens');
});

void test('an issuer that cannot ask anew is not asked to, so that people can prove by it all the same', async () => {
  await using it = await openSignedOnHub('open');
  const asked = async (asksAnew: boolean): Promise<(string | null)[]> => {
    const issuer = it.issuer.clientFor(openLog('test', { write: () => undefined }), asksAnew);
    const start = { state: 's', nonce: 'n', verifier: 'v'.repeat(43), back: `${it.hub.url}/x`, anew: true };
    const outcome = await issuer.begin(start);
    assert.ok(outcome.kind === 'address');
    const { searchParams } = new URL(outcome.address);
    return [searchParams.get('prompt'), searchParams.get('max_age')];
  };
  assert.deepEqual(
    [await asked(true), await asked(false)],
    [
      ['login', '300'],
      [null, null],
    ],
  );
});

void test('an application that was allowed gets its tokens after any sign-on, and is told of a proof alone when it was', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  const client = await registerClient(it.hub);
  const browser = new TestBrowser(it.hub);
  const prove = async () => await signOn(browser, 'u1', '/account/prove/issuer?to=/account');
  const enter = async (to: URL, pkce: Pkce) => {
    const { status, body } = await askToken(
      it.hub,
      codeFields(client, pkce, to.searchParams.get('code') ?? ''),
    );
    const [, claims = ''] = (body.id_token ?? '').split('.');
    return {
      status,
      told: 'auth_time' in (JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as object),
    };
  };
  await signOn(browser, 'u1');
  await prove();
  const first = newPkce();
  assert.deepEqual(await enter(await allow(browser, authorizePath(client, first)), first), {
    status: 200,
    told: true,
  });
  // Signed out everywhere since, and signed on again by what the issuer remembers.
  const ada = await it.hub.modules.identity.findByName('ada');
  await it.hub.modules.passwords.change(OPERATOR, ada?.id ?? assert.fail(), PASSWORD);
  it.hub.passTime(1);
  await signOn(browser, 'u1');
  const again = newPkce();
  const to = onwardOf(await browser.open(authorizePath(client, again)));
  assert.deepEqual(await enter(to, again), { status: 200, told: false });
  // One that wants to know that they were asked lately has them proved.
  const { location } = await browser.open(authorizePath(client, newPkce(), { max_age: '600' }));
  assert.match(location, /^\/account\/prove/);
});

void test('a proof by the issuer is half of one where a second factor is set up', async () => {
  await using it = await openSignedOnHub('open');
  const { browser, key, codes } = await openWithFactor(it);
  const from = '/account/prove/issuer?to=/account/tokens';
  const code = '/account/prove/code?to=%2Faccount%2Ftokens';
  assert.equal(
    (await browser.open(code)).location,
    '/account/prove?to=%2Faccount%2Ftokens',
    'nothing was begun',
  );
  const before = browser.cookie('session');
  assert.equal((await signOn(browser, 'u1', from)).location, code);
  assert.equal(browser.cookie('session'), before);
  const isFresh = async (): Promise<boolean> => {
    const answer = await browser.send('/account/second-factor?/codes', {});
    return answer.location === '';
  };
  assert.equal(await isFresh(), false, 'the issuer alone proves nothing');
  assert.match((await browser.open(code)).body, /The sign-on is right/);
  assert.equal((await browser.send(code, { code: '000000' })).status, 403);
  assert.equal(await isFresh(), false);
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await browser.send(code, { code: codes[0] ?? '' }, foreign)).status, 403);
  assert.equal((await browser.send(code, { code: codeOf(key, it.hub.now()) })).location, '/account/tokens');
  assert.notEqual(browser.cookie('session'), before, 'who copied the old session has nothing of it');
  assert.equal(browser.cookie('half'), undefined);
  const visit = await it.hub.modules.sessions.find(browser.cookie('session') ?? '');
  assert.deepEqual(visit?.session.proofs, ['single-sign-on', 'totp']);
  assert.equal(await isFresh(), true);
});

void test('half a proof is good in its session alone, for ten minutes, and is no half of a sign-in', async () => {
  await using it = await openSignedOnHub('open');
  const { browser, codes } = await openWithFactor(it);
  const code = '/account/prove/code';
  const half = `holdfast-${it.hub.port}-half`;
  const take = async (one: TestBrowser, page: string): Promise<string> =>
    (await one.send(page, { code: codes.pop() ?? '' })).location;
  // Half a sign-in, for which the issuer has not asked anew.
  const other = new TestBrowser(it.hub);
  assert.equal((await signOn(other, 'u1')).location, '/sign-in/code?to=%2Faccount');
  browser.cookies.set(half, other.cookie('half') ?? '');
  assert.equal(await take(browser, code), '');
  // Another session of the same user.
  assert.equal(await take(other, '/sign-in/code'), '/account');
  await signOn(browser, 'u1', '/account/prove/issuer');
  const note = browser.cookie('half') ?? '';
  other.cookies.set(half, note);
  assert.equal(await take(other, code), '');
  // Nobody's session.
  const third = new TestBrowser(it.hub);
  third.cookies.set(half, note);
  assert.equal(await take(third, '/sign-in/code'), '');
  it.hub.passTime(11);
  assert.equal(await take(browser, code), '', 'too old');
  assert.ok(note !== '' && codes.length > 0);
});
