// Guessing passwords: bounded for an account and for an address, however many guesses come at once, and no way to lock
// an owner out.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from '../harness/sign-in.ts';

type Attempt = [
  hub: ServedHub,
  name: string,
  password: string,
  browser?: { address?: string; known?: string },
];
type Outcome = 'signed in' | 'failed' | 'throttled';

void test('guesses at one account from one address end after five, the right one included', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const outcomes = [];
  for (let guess = 0; guess < 5; guess += 1) outcomes.push(await attempt(hub, 'alice', 'guess'));
  outcomes.push(await attempt(hub, 'alice', PASSWORD));
  assert.deepEqual(outcomes, [...Array<Outcome>(5).fill('failed'), 'throttled']);
});

void test('a hundred guesses at once are no more than five', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const outcomes = await Promise.all(Array.from({ length: 100 }, () => attempt(hub, 'alice', 'guess')));
  assert.equal(outcomes.filter((one) => one === 'failed').length, 5);
  assert.equal(outcomes.filter((one) => one === 'throttled').length, 95);
});

void test('one address cannot go through the names', async () => {
  await using hub = await openServedHub();
  const outcomes = [];
  for (let user = 0; user < 32; user += 1) outcomes.push(await attempt(hub, `user${user}`, 'guess'));
  assert.deepEqual(outcomes.slice(29), ['failed', 'throttled', 'throttled']);
});

void test('signing in to an account of their own does not give an attacker new guesses', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  await signInAs(hub, 'mallory');
  const outcomes = [];
  for (let guess = 0; guess < 6; guess += 1) {
    outcomes.push(await attempt(hub, 'alice', 'guess'));
    await attempt(hub, 'mallory', PASSWORD);
  }
  assert.equal(outcomes.at(-1), 'throttled');
});

void test('an owner gets in while their account is attacked from everywhere, and from their own address', async () => {
  await using hub = await openServedHub();
  const { known } = await signInAs(hub, 'alice');
  // From everywhere.
  for (let address = 0; address < 110; address += 1)
    await attempt(hub, 'alice', 'guess', { address: `198.51.100.${address}` });
  assert.equal(await attempt(hub, 'alice', 'guess', { address: '198.51.100.1' }), 'throttled');
  assert.equal(await attempt(hub, 'alice', PASSWORD, { address: '203.0.113.1' }), 'signed in');
  // From where the owner is: their browser is known.
  for (let guess = 0; guess < 7; guess += 1) await attempt(hub, 'alice', 'guess');
  assert.equal(await attempt(hub, 'alice', PASSWORD), 'throttled');
  assert.equal(await attempt(hub, 'alice', PASSWORD, { known }), 'signed in');
});

void test('what a browser keeps of one user, forged or of another, is no way around', async () => {
  await using hub = await openServedHub();
  const alice = await signInAs(hub, 'alice');
  const { known } = await signInAs(hub, 'mallory');
  for (let guess = 0; guess < 6; guess += 1) await attempt(hub, 'alice', 'guess');
  const [, nonce = '', signature = ''] = known.split('.');
  for (const forged of [known, `${alice.session.userId}.${nonce}.${signature}`, 'x', '..'])
    assert.equal(await attempt(hub, 'alice', PASSWORD, { known: forged }), 'throttled', forged);
  // A browser that is known has a limit of its own, too.
  const guesses = [];
  for (let guess = 0; guess < 11; guess += 1)
    guesses.push(await attempt(hub, 'alice', 'guess', { known: alice.known }));
  assert.deepEqual(guesses.slice(9), ['failed', 'throttled']);
});

void test('what a browser keeps of a user ends with their password', async () => {
  await using hub = await openServedHub();
  const { known } = await signInAs(hub, 'alice');
  await hub.modules.identity.setPassword(OPERATOR, 'alice', PASSWORD);
  for (let guess = 0; guess < 6; guess += 1) await attempt(hub, 'alice', 'guess');
  assert.equal(await attempt(hub, 'alice', PASSWORD, { known }), 'throttled');
  const again = await signInFrom(hub, '203.0.113.1');
  assert.equal(await attempt(hub, 'alice', PASSWORD, { known: again }), 'signed in', 'a new one counts');
});

async function signInFrom(hub: ServedHub, address: string): Promise<string> {
  const wish = { name: 'alice', password: PASSWORD };
  const outcome = await hub.modules.signIn.withPassword(wish, { ...BROWSER, address });
  assert.ok(outcome.kind === 'signed-in');
  return outcome.signedIn.known;
}

async function attempt(...[hub, name, password, browser]: Attempt): Promise<Outcome> {
  try {
    await hub.modules.signIn.withPassword({ name, password }, { ...BROWSER, ...browser });
    return 'signed in';
  } catch (error) {
    if (isFault(error, 'sign-in.failed')) return 'failed';
    if (isFault(error, 'sign-in.throttled')) return 'throttled';
    throw error;
  }
}
