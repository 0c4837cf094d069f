// Device logins: a code is answered once, by who is signed in, with a fresh proof; the token is fetched once, by who
// holds the device's code; and nobody learns anything of another's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isFault } from '@holdfast/kernel/fault';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { openSuperuserPool } from '../harness/superuser.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const CLIENT = { client_id: '26be6b09-91c5-47da-9861-d2d2bb7a7e36' };

/** What the page has chosen before anybody changes it. */
const CHOICE = { gated: 'yes' };

async function begin(hub: ServedHub): Promise<{ device_code: string; user_code: string }> {
  const answer = await fetch(`${hub.url}/oauth/device`, {
    method: 'POST',
    body: new URLSearchParams(CLIENT),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()) as { device_code: string; user_code: string };
}

async function ask(hub: ServedHub, deviceCode: string): Promise<{ access_token?: string; error?: string }> {
  const fields = {
    ...CLIENT,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: deviceCode,
  };
  const answer = await fetch(`${hub.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(fields) });
  return (await answer.json()) as { access_token?: string; error?: string };
}

async function signedIn(hub: ServedHub, name: string): Promise<TestBrowser> {
  await signInAs(hub, name);
  const browser = new TestBrowser(hub);
  await browser.signIn(name, PASSWORD);
  return browser;
}

void test('the token is fetched once, also by many at the same time, and by nobody with another code', async () => {
  await using hub = await openServedHub();
  const alice = await signedIn(hub, 'alice');
  const { device_code, user_code } = await begin(hub);
  assert.equal((await ask(hub, device_code)).error, 'authorization_pending');
  assert.equal((await ask(hub, device_code)).error, 'slow_down');
  for (const other of ['', 'x', user_code, 'A'.repeat(43)])
    assert.equal((await ask(hub, other)).error, 'expired_token');
  await alice.send('/device?/approve', { code: user_code, ...CHOICE });
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(hub, device_code)));
  const tokens = answers.flatMap(({ access_token }) => access_token ?? []);
  assert.equal(tokens.length, 1, JSON.stringify(answers));
  assert.equal((await ask(hub, device_code)).error, 'expired_token');
});

void test('whoever answers first has answered, and a token or nobody answers nothing', async () => {
  await using hub = await openServedHub();
  const [alice, mallory] = [await signedIn(hub, 'alice'), await signedIn(hub, 'mallory')];
  const { device_code, user_code } = await begin(hub);
  assert.match(
    (await new TestBrowser(hub).send('/device?/approve', { code: user_code, ...CHOICE })).location,
    /^\/sign-in/,
  );
  const { actor } = await hub.modules.authentication.authenticate(
    (await hub.addToken('alice', 'write')).text,
  );
  await assert.rejects(hub.modules.deviceLogins.answer(actor, user_code, { role: 'write' }), (error) =>
    isFault(error, 'token.forbidden'),
  );
  assert.equal((await alice.send('/device?/deny', { code: user_code })).location, '/device?done=denied');
  assert.equal((await mallory.send('/device?/approve', { code: user_code, ...CHOICE })).status, 404);
  assert.equal((await ask(hub, device_code)).error, 'access_denied');
});

void test('letting in needs a fresh proof, and ends with the code, the password and the account', async () => {
  await using hub = await openServedHub();
  const alice = await signedIn(hub, 'alice');
  hub.passTime(11);
  const first = await begin(hub);
  assert.match(
    (await alice.send('/device?/approve', { code: first.user_code, ...CHOICE })).location,
    /^\/account\/prove\?to=%2Fdevice%3Fcode%3D/,
  );
  hub.passTime(16);
  assert.equal((await ask(hub, first.device_code)).error, 'expired_token');
  const again = await signedIn(hub, 'alice');
  assert.equal((await again.send('/device?/approve', { code: first.user_code, ...CHOICE })).status, 404);
  const second = await begin(hub);
  await again.send('/device?/approve', { code: second.user_code, ...CHOICE });
  await again.send('/account?/password', { next: 'quite another password', again: 'quite another password' });
  assert.equal((await ask(hub, second.device_code)).error, 'access_denied', 'the user was signed out since');
});

void test('who ended the session that let a program in has let nothing in', async () => {
  await using hub = await openServedHub();
  const thief = await signedIn(hub, 'alice');
  const { device_code, user_code } = await begin(hub);
  await thief.send('/device?/approve', { code: user_code, ...CHOICE });
  const owner = new TestBrowser(hub);
  await owner.signIn('alice', PASSWORD);
  await owner.send('/account/sessions?/others', {});
  assert.equal((await ask(hub, device_code)).error, 'access_denied');
});

void test('who writes the table lets nothing in, for themselves or for another', async () => {
  await using hub = await openServedHub();
  await using behind = openSuperuserPool(hub.database);
  const alice = await signedIn(hub, 'alice');
  await hub.addUser('bob');
  const approved = async (): Promise<string> => {
    const { device_code, user_code } = await begin(hub);
    await alice.send('/device?/approve', { code: user_code, ...CHOICE });
    return device_code;
  };
  for (const change of [
    `user_id = (select id from identity.account where name = 'bob')`,
    `grant_ = '{"role":"write"}'`,
    `expires_at = expires_at + interval '1 minute'`,
    `session_id = '${'0'.repeat(24)}'`,
    `mac = null`,
  ]) {
    const code = await approved();
    await behind.pool.query(`update tokens.device_login set ${change} where state = 'approved'`);
    assert.equal((await ask(hub, code)).error, 'access_denied', change);
    await behind.pool.query('delete from tokens.device_login');
  }
  // Who is asked for the code of their own program approves no other that was put in its place.
  const [hers, theirs] = [await begin(hub), await begin(hub)];
  await behind.pool.query(
    `update tokens.device_login set user_code = 'x' || user_code where user_code = $1`,
    [theirs.user_code.replace('-', '')],
  );
  await behind.pool.query(
    `update tokens.device_login w set digest = reverse(o.digest) from tokens.device_login o
      where w.user_code = $1 and o.id <> w.id`,
    [hers.user_code.replace('-', '')],
  );
  assert.equal((await alice.send('/device?/approve', { code: hers.user_code, ...CHOICE })).status, 404);
  await behind.pool.query('delete from tokens.device_login');
  // One that waits takes the seal of another's approval no better.
  const [first, second] = [await approved(), await begin(hub)];
  await behind.pool.query(
    `update tokens.device_login w set state = 'approved', user_id = a.user_id, session_id = a.session_id,
       grant_ = a.grant_, mac = a.mac from tokens.device_login a where a.state = 'approved' and w.state = 'waiting'`,
  );
  assert.equal((await ask(hub, second.device_code)).error, 'access_denied');
  assert.ok((await ask(hub, first)).access_token);
});

void test('another client, and another kind of grant, get nothing', async () => {
  await using hub = await openServedHub();
  const post = async (path: string, fields: Record<string, string>): Promise<string> => {
    const answer = await fetch(hub.url + path, { method: 'POST', body: new URLSearchParams(fields) });
    assert.equal(answer.status, 400);
    return ((await answer.json()) as { error: string }).error;
  };
  assert.equal(await post('/oauth/device', { client_id: 'x' }), 'invalid_client');
  assert.equal(await post('/oauth/token', { grant_type: 'password' }), 'unsupported_grant_type');
  assert.equal(
    await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: 'x' }),
    'invalid_grant',
  );
});

void test('the token does what was chosen on the page, and nothing beside, whatever the form says', async () => {
  await using hub = await openServedHub();
  const alice = await signedIn(hub, 'alice');
  await hub.addUser('bob');
  await hub.addRepo('alice/own');
  await hub.addRepo('bob/hidden');
  const tokenFor = async (fields: Record<string, string>): Promise<string | undefined> => {
    const { device_code, user_code } = await begin(hub);
    await alice.send('/device?/approve', { code: user_code, ...fields });
    return (await ask(hub, device_code)).access_token;
  };
  const reader = await tokenFor({ 'user:alice': 'read' });
  const writer = await tokenFor({ 'user:alice': 'write', 'user:bob': 'write' });
  const call = async (token: string | undefined, path: string, wish?: object): Promise<number> => {
    const headers = { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' };
    const sent = wish === undefined ? {} : { method: 'POST', body: JSON.stringify(wish) };
    return (await fetch(`${hub.url}${path}`, { headers, ...sent })).status;
  };
  for (const token of [reader, writer]) {
    assert.equal(await call(token, '/api/models/alice/own'), 200);
    assert.equal(await call(token, '/api/models/bob/hidden'), 404);
  }
  const wish = { type: 'model', name: 'new' };
  assert.equal(await call(reader, '/api/repos/create', wish), 403);
  assert.equal(await call(writer, '/api/repos/create', wish), 200);
  const { actor } = await hub.modules.authentication.authenticate(writer ?? '');
  assert.equal(actor.grant.role, 'fineGrained');
  for (const fields of [{}, { role: 'write' }, { kind: 'write' }])
    assert.equal(await tokenFor(fields as Record<string, string>), undefined, 'no classic token');
});
