// A browser that was given a session's value by somebody else signs in under another, and what was given opens nothing.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import test from 'node:test';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

void test('a value that was planted before the sign-in is not the session’s', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const mallory = await signInAs(hub, 'mallory');
  const name = `holdfast-${hub.port}-session`;
  for (const planted of ['A'.repeat(43), mallory.value.reveal('to plant it')]) {
    const victim = new TestBrowser(hub);
    victim.cookies.set(name, planted);
    await victim.signIn('alice', PASSWORD);
    assert.notEqual(victim.cookie('session'), planted);
    const attacker = new TestBrowser(hub);
    attacker.cookies.set(name, planted);
    assert.ok(!(await attacker.open('/account')).body.includes('alice@example.org'));
  }
});

void test('an ended session is dead on a connection that stayed open, and for a form under way', async () => {
  await using hub = await openServedHub();
  const { session, value } = await signInAs(hub, 'alice');
  const visit = await hub.modules.sessions.find(value.reveal('to look at it'));
  assert.ok(visit);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = {
    host: `localhost:${hub.port}`,
    cookie: `holdfast-${hub.port}-session=${value.reveal('to send it')}`,
    origin: `http://localhost:${hub.port}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const ask = (path: string, body?: string, between?: () => Promise<void>) =>
    new Promise<number>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const outgoing = request(
        {
          agent,
          port: hub.port,
          path,
          method: body === undefined ? 'GET' : 'POST',
          headers: { ...headers, ...length },
        },
        (incoming) => incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0)),
      ).on('error', reject);
      if (body === undefined || between === undefined) outgoing.end(body);
      else {
        outgoing.write(body.slice(0, 5));
        void between().then(() => outgoing.end(body.slice(5)));
      }
    });
  assert.equal(await ask('/account'), 200);
  const form = new URLSearchParams({ name: 'late', days: '1', kind: 'write', scopes: '' }).toString();
  await ask('/account/tokens?/create', form, async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await hub.modules.sessions.end(visit.actor, visit.account.id, session.id);
  });
  assert.deepEqual(await hub.modules.tokens.list(visit.actor, 'alice'), [], 'no token was made');
  assert.equal(await ask('/account'), 303);
  agent.destroy();
});
