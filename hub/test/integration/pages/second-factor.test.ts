// Setting up a second factor, signing in with it, and organisations that ask for one.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isFault } from '@holdfast/kernel/fault';
import { assertConfirmed } from '../../harness/confirmed.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { codeOf } from '../../harness/second-factor.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const FACTOR = '/account/second-factor';

async function setUp(browser: TestBrowser, hub: { now(): Date }): Promise<{ key: string; codes: string[] }> {
  const begun = await browser.send(`${FACTOR}?/begin`, {});
  const key = /data-key[^>]*>([A-Z2-7 ]+)</.exec(begun.body)?.[1] ?? '';
  assert.match(begun.body, /<svg[^>]*role="img"/);
  assert.match((await browser.send(`${FACTOR}?/confirm`, { code: '000000' })).body, /not right/);
  const again = (await browser.open(FACTOR)).body;
  assert.match(again, /You began to set it up/);
  assert.doesNotMatch(again, /data-key/, 'the key was shown once');
  const confirmed = await browser.send(`${FACTOR}?/confirm`, { code: codeOf(key, hub.now()) });
  const codes = [...confirmed.body.matchAll(/<code[^>]*>([a-z2-7]{5}-[a-z2-7]{5})</g)].map(
    ([, code]) => code ?? '',
  );
  assert.equal(codes.length, 10, confirmed.body);
  return { key, codes };
}

void test('a second factor is set up, ends the other sessions, and is asked for from then on', async () => {
  await using hub = await openServedHub({ vault: true });
  await signInAs(hub, 'alice');
  const [browser, elsewhere] = [new TestBrowser(hub), new TestBrowser(hub)];
  for (const one of [browser, elsewhere]) await one.signIn('alice', PASSWORD);
  const { key, codes } = await setUp(browser, hub);
  assert.equal((await elsewhere.open('/account')).status, 303, 'begun with the password alone');
  assert.ok(!(await browser.open(FACTOR)).body.includes(codes[0] ?? ''), 'the codes are never shown again');

  const again = new TestBrowser(hub);
  hub.passTime(1);
  const half = await again.send('/sign-in?to=%2Faccount%2Ftokens', { name: 'alice', password: PASSWORD });
  assert.equal(half.location, '/sign-in/code?to=%2Faccount%2Ftokens');
  assert.equal(again.cookie('session'), undefined);
  assert.equal((await again.open('/account')).status, 303);
  assert.equal((await again.send(half.location, { code: '123456' })).status, 403);
  assert.equal(
    (await again.send(half.location, { code: codeOf(key, hub.now()) })).location,
    '/account/tokens',
  );
  assert.equal((await again.open('/account')).status, 200);
  assert.equal(again.cookie('half'), undefined);

  assertConfirmed((await again.open(FACTOR)).body, '?/remove');
  hub.passTime(11);
  const proof = await again.send(`${FACTOR}?/remove`, {});
  assert.equal(proof.location, '/account/prove?to=%2Faccount%2Fsecond-factor');
  assert.equal(
    (await again.send(proof.location, { password: PASSWORD })).status,
    403,
    'the password is not enough',
  );
  assert.equal(
    (await again.send(proof.location, { password: PASSWORD, code: codes[1] ?? '' })).location,
    FACTOR,
  );
  assert.match((await again.send(`${FACTOR}?/remove`, {})).body, /was removed/);
  assert.equal((await new TestBrowser(hub).signIn('alice', PASSWORD)).location, '/account');
});

void test('the operator removes a second factor that was lost', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  await setUp(browser, hub);
  const alice = await hub.modules.identity.findByName('alice');
  assert.ok(alice);
  const token = await hub.addToken('alice', 'write');
  const { actor } = await hub.modules.authentication.authenticate(token.text);
  await assert.rejects(hub.modules.secondFactors.remove(actor, alice.id), (error) =>
    isFault(error, 'account.credentials-forbidden'),
  );
  await hub.modules.secondFactors.remove(OPERATOR, alice.id);
  assert.equal((await new TestBrowser(hub).signIn('alice', PASSWORD)).location, '/account');
});

void test('an organisation that asks for a second factor is closed to who has none, also for their tokens', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'ada');
  await signInAs(hub, 'bob');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'write' });
  const token = (await hub.addToken('ada', 'write')).text;
  const { actor } = await hub.modules.authentication.authenticate(token);
  const wish = { type: 'model' as const, namespace: 'acme', name: 'm', visibility: 'private' as const };
  await hub.modules.changes.create(actor, { ...wish, sdk: null, licence: null });
  const bobs = (await hub.addToken('bob', 'read')).text;
  const reads = async (): Promise<number> =>
    (await fetch(`${hub.url}/api/models/acme/m`, { headers: { authorization: `Bearer ${bobs}` } })).status;
  assert.equal(await reads(), 200);

  const [ada, bob] = [new TestBrowser(hub), new TestBrowser(hub)];
  await ada.signIn('ada', PASSWORD);
  await bob.signIn('bob', PASSWORD);
  const ask = { organization: 'acme', required: 'yes' };
  assert.match((await ada.send('/account?/requirement', ask)).body, /second factor of your own first/);
  assert.equal((await bob.send('/account?/requirement', ask)).status, 403, 'a member does not decide');
  await setUp(ada, hub);
  assert.equal((await ada.send('/account?/requirement', ask)).location, '/account');
  assert.match((await ada.open('/account')).body, /asks for a second factor/);
  await sleep(1000);
  assert.equal(await reads(), 404);
  assert.match((await bob.open('/account')).body, /closed until you set up/);
  await setUp(bob, hub);
  await sleep(1000);
  assert.equal(await reads(), 200);
});
