// An app that plays a browser at the hub, from the address from which people of the machine come: it has no pages, so that it can use up
// for nobody what may be tried from there.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

/** More than may be tried from an address in a quarter of an hour. */
const TRIES = 40;
const INSIDE = { host: 'hub.holdfast.internal', origin: 'http://hub.holdfast.internal' };

void test('vain tries of an app to sign in keep nobody of its machine out', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const app = new TestBrowser(hub);
  for (let turn = 0; turn < TRIES; turn += 1) {
    const form = { name: turn % 2 === 0 ? 'alice' : `nobody${turn}`, password: `wrong password ${turn}` };
    const answer = await app.send('/sign-in', form, INSIDE);
    assert.deepEqual([answer.status, answer.headers['x-error-code']], [421, 'RequestPagesElsewhere']);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
  const person = new TestBrowser(hub);
  assert.equal((await person.signIn('alice', PASSWORD)).status, 303);
});

void test('an app finds the API where it calls the hub, and no page', async () => {
  await using hub = await openServedHub({ access: 'anonymous' });
  const app = new TestBrowser(hub);
  assert.equal((await app.open('/api/models', INSIDE)).status, 200);
  for (const path of [
    '/',
    '/models',
    '/sign-in',
    '/sign-up',
    '/device',
    '/oauth/authorize',
    '/account/tokens',
  ])
    assert.equal((await app.open(path, INSIDE)).status, 421, path);
});
