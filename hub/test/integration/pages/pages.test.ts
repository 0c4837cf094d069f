// The pages over a real socket, as a browser without script uses them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sha256 } from '@holdfast/kernel/digest';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { assertConfirmed } from '../../harness/confirmed.ts';
import { openServedHub, OPERATOR } from '../../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser, type PageAnswer } from '../../harness/test-browser.ts';

async function openWithUser(name: string) {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  const wish = { name, email: `${name}@example.org`, administrator: false, password: PASSWORD };
  const account = await hub.modules.identity.createUser(OPERATOR, wish);
  opened.move();
  return { hub, account };
}

void test('signing in leads to the account, signing out ends the session', async () => {
  const { hub, account } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  assert.equal((await browser.open('/')).location, '/sign-in');
  assert.equal((await browser.open('/account')).location, '/sign-in?to=%2Faccount');
  const wrong = await browser.signIn('alice', 'wrong');
  assert.equal(wrong.status, 401);
  assert.match(wrong.body, /do not belong together/);
  assert.equal(browser.cookie('session'), undefined);
  const right = await browser.signIn('alice', PASSWORD);
  assert.deepEqual([right.status, right.location], [303, '/account']);
  const page = await browser.open('/account');
  assert.equal(page.status, 200);
  assert.match(page.body, /alice@example\.org/);
  const value = browser.cookie('session');
  assert.equal((await browser.send('/sign-out', {})).location, '/sign-in');
  assert.equal(browser.cookie('session'), undefined);
  const stolen = new TestBrowser(hub);
  stolen.cookies.set(`holdfast-${hub.port}-session`, value ?? '');
  assert.equal((await stolen.open('/account')).status, 303, 'what was signed out is nobody');
  const { db, refusals } = hub.modules;
  await refusals.flush();
  const kinds = (await new LedgerReader(db).listOfSubject('instance')).map(({ body }) => body);
  assert.ok(kinds.some((body) => body.includes('sign-in.failed')));
  assert.ok(account.id);
});

void test('pages go out with headers that let them load nothing of others', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  const { headers, body } = await browser.open('/sign-in');
  const policy = String(headers['content-security-policy']);
  assert.match(policy, /default-src 'none'; script-src http:\/\/localhost:\d+\/_app\/;/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.ok(!policy.includes('unsafe'));
  assert.equal(headers['access-control-allow-origin'], undefined);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['referrer-policy'], 'same-origin');
  assert.ok(
    !/<script(?! src="\/_app\/passkey\.js" defer)|style=|https?:\/\/(?!localhost)/.test(body),
    'no script, no inline style, nothing from elsewhere',
  );
  const sheet = /href="(\/_app\/immutable\/[^"]+\.css)"/.exec(body)?.[1] ?? '';
  const style = await browser.open(sheet);
  assert.deepEqual([style.status, style.headers['content-type']], [200, 'text/css; charset=utf-8']);
  assert.match(String(style.headers['cache-control']), /immutable/);
  assert.equal((await browser.open('/_app/immutable/../../index.js')).status, 404);
});

void test('a cookie is for this host alone, out of the reach of scripts, and not sent along by other sites', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  const { headers } = await browser.signIn('alice', PASSWORD);
  for (const line of headers['set-cookie'] ?? [])
    assert.match(line, /; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
  assert.equal(headers['set-cookie']?.length, 2);
});

void test('a token is made, shown once, works, and is revoked', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  const made = await browser.send('/account/tokens?/create', {
    name: 'laptop',
    days: '30',
    kind: 'fineGrained',
    'user:alice': 'write',
    addresses: '127.0.0.0/8\n::1',
    scopes: 'user:alice=user.social.likes.write',
  });
  const token = /data-token[^>]*>(hf_[A-Za-z0-9]{36})</.exec(made.body)?.[1] ?? '';
  assert.notEqual(token, '', made.body);
  const summary = /All of alice: read and change files[^]*All of alice: like[^]*127\.0\.0\.0\/8, ::1\/128/;
  assert.match(made.body, summary, 'it says in plain words what the token may do');
  const listed = await browser.open('/account/tokens');
  assert.match(listed.body, summary);
  assert.ok(!listed.body.includes(token), 'it is never shown again');
  const whoami = await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${token}` } });
  const { auth } = (await whoami.json()) as { auth: { accessToken: { role: string; fineGrained: unknown } } };
  assert.equal(auth.accessToken.role, 'fineGrained');
  assert.match(JSON.stringify(auth.accessToken.fineGrained), /"repo\.write"/);
  assert.doesNotMatch(listed.body, /Somebody else/);
  hub.modules.pushedTokens.note([sha256(token)], { kind: 'anonymous', mayReadPublic: false });
  await hub.modules.pushedTokens.flush();
  assert.match((await browser.open('/account/tokens')).body, /Somebody else was about to publish this token/);
  const id = /name="id" value="([0-9a-f]{24})"/.exec(listed.body)?.[1] ?? '';
  const revoked = await browser.send('/account/tokens?/revoke', { id });
  assert.match(revoked.body, /was revoked/);
  const after = await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(after.status, 401);
});

void test('single repositories and names are chosen without the words of scopes; classic tokens are marked', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  await hub.addRepo('alice/zebra');
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  const form = { name: 'x', days: '30', kind: 'fineGrained', addresses: '', scopes: '' };
  const one = { 'target-kind-0': 'model', 'target-0': 'alice/zebra', 'target-may-0': 'read' };
  const named = { 'target-kind-1': 'names', 'target-1': 'alice/ze*', 'target-may-1': 'write' };
  const { body } = await browser.send('/account/tokens?/create', { ...form, ...one, ...named });
  assert.match(
    body,
    /The model alice\/zebra: read files[^]*Repositories of alice named ze\*: read and change/,
  );
  const wrong = await browser.send('/account/tokens?/create', { ...form, ...one, addresses: 'home' });
  assert.equal(wrong.status, 400);
  assert.match(wrong.body, /is no network[^]*value="alice\/zebra"/);
  await browser.send('/account/tokens?/create', { ...form, kind: 'read' });
  const listed = await browser.open('/account/tokens', { 'accept-language': 'pt' });
  assert.match(listed.body, />clássico<[^]*Ler tudo o que o dono pode ler/);
});

void test('scopes tell nothing of private repositories of others', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  await hub.addUser('bob');
  await hub.addRepo('bob/zebra');
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  const answers = [];
  for (const name of ['zebra', 'quagga'])
    answers.push(
      (
        await browser.send('/account/tokens?/create', {
          ...{ name: 'x', days: '30', kind: 'fineGrained' },
          scopes: `model:bob/${name}=repo.content.read`,
        })
      ).body.replaceAll(name, ''),
    );
  assert.match(answers[0] ?? '', /there is no model bob/);
  assert.equal(answers[0], answers[1]);
});

void test('what needs a fresh proof asks for it, and a proof leads back', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  hub.passTime(11);
  const wish = { name: 'x', days: '30', kind: 'read', scopes: '' };
  const asked = await browser.send('/account/tokens?/create', wish);
  assert.deepEqual([asked.status, asked.location], [303, '/account/prove?to=%2Faccount%2Ftokens']);
  const before = browser.cookie('session');
  assert.equal((await browser.send(asked.location, { password: 'wrong' })).status, 403);
  assert.equal((await browser.send(asked.location, { password: PASSWORD })).location, '/account/tokens');
  assert.notEqual(browser.cookie('session'), before);
  assert.match((await browser.send('/account/tokens?/create', wish)).body, /data-token/);
});

void test('a passkey and an invitation ask for a fresh proof, too', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'chief');
  await hub.modules.identity.setAdministrator(OPERATOR, 'chief', true);
  const browser = new TestBrowser(hub);
  await browser.signIn('chief', PASSWORD);
  const acts = {
    '/account/passkeys?/add': { response: '{}', name: 'phone' },
    '/account/invitations?/invite': { email: 'new@example.org' },
  };
  for (const [path, fields] of Object.entries(acts))
    assert.ok((await browser.send(path, fields)).status !== 303, path);
  assert.match((await browser.open('/account/passkeys')).body, /name="response"/);
  hub.passTime(11);
  for (const [path, fields] of Object.entries(acts)) {
    const asked = await browser.send(path, fields);
    const [page = ''] = path.split('?');
    assert.equal(asked.location, `/account/prove?to=${encodeURIComponent(page)}`, path);
  }
  assert.doesNotMatch((await browser.open('/account/passkeys')).body, /name="response"/);
  assert.equal((await browser.open('/account/invitations')).body.match(/name="id"/g)?.length, 1);
});

void test('of several sessions the one that is picked ends, and no other', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  const [here, there, elsewhere] = [new TestBrowser(hub), new TestBrowser(hub), new TestBrowser(hub)];
  const idsIn = ({ body }: PageAnswer): string[] =>
    [...body.matchAll(/name="id" value="([0-9a-f]{24})"/g)].map(([, id]) => id ?? '');
  await here.signIn('alice', PASSWORD);
  const before = idsIn(await here.open('/account/sessions'));
  await there.signIn('alice', PASSWORD);
  const two = await here.open('/account/sessions');
  for (const action of ['?/end', '?/others']) assertConfirmed(two.body, action);
  const [picked = ''] = idsIn(two).filter((id) => !before.includes(id));
  await elsewhere.signIn('alice', PASSWORD);
  const stranger = new TestBrowser(hub);
  await signInAs(hub, 'eve');
  await stranger.signIn('eve', PASSWORD);
  assert.ok((await stranger.send('/account/sessions?/end', { id: picked })).status >= 400);
  assert.equal((await there.open('/account')).status, 200);
  const ended = await here.send('/account/sessions?/end', { id: picked });
  assert.equal(ended.status, 200, ended.body);
  assert.ok(!idsIn(ended).includes(picked));
  assert.match((await there.open('/account')).location, /^\/sign-in/);
  for (const one of [here, elsewhere]) assert.equal((await one.open('/account')).status, 200);
});

void test('pages speak the language that is asked for, and the one that is chosen', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  assert.match((await browser.open('/sign-in')).body, /<html lang="en">[^]*Sign in/);
  const portuguese = { 'accept-language': 'de;q=0.9, pt-BR;q=0.8, en;q=0.5' };
  assert.match((await browser.open('/sign-in', portuguese)).body, /<html lang="pt">[^]*Palavra-passe/);
  const chosen = await browser.send('/language', { language: 'pt', back: '/sign-in?to=%2Faccount' });
  assert.deepEqual([chosen.status, chosen.location], [303, '/sign-in?to=%2Faccount']);
  assert.match((await browser.open('/sign-in')).body, /<html lang="pt">/);
  await browser.send('/language', { language: 'xx', back: '/' });
  assert.match((await browser.open('/sign-in')).body, /<html lang="pt">/);
});

void test('a page that is not there says so, and a program gets its own words', async () => {
  const { hub } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  const missing = await browser.open('/account/nothing');
  assert.equal(missing.status, 404);
  assert.match(missing.body, /There is no such page[^]*Look for it by its name, or ask/);
  assert.equal((await browser.open('/account/__data.json')).headers['x-error-code'], 'RequestNoSuchRoute');
  assert.equal((await browser.open('/api/nothing')).headers['x-error-code'], 'RequestNoSuchRoute');
  const nul = await browser.send('/sign-in', { name: 'a\0b', password: 'x' });
  assert.equal(nul.headers['x-error-code'], 'RequestBodyMalformed');
});

void test('users give themselves a full name, which others see, and a name that hides something is refused', async () => {
  const { hub, account } = await openWithUser('alice');
  await using _hub = hub;
  const browser = new TestBrowser(hub);
  await browser.signIn('alice', PASSWORD);
  const set = async (fullname: string): Promise<PageAnswer> =>
    await browser.send('/account?/fullname', { fullname });
  assert.equal((await set('  Alice Liddell ')).location, '/account');
  assert.match((await browser.open('/account')).body, /name="fullname"[^>]*value="Alice Liddell"/);
  assert.match((await browser.open('/alice')).body, /<p class="lead">Alice Liddell<\/p>/);
  for (const wrong of ['x'.repeat(97), 'Alice\u202Ebob', 'a\u200Bb', 'a\nb']) {
    const refused = await set(wrong);
    assert.equal(refused.status, 400, JSON.stringify(wrong));
    assert.match(refused.body, /none that cannot be seen/);
  }
  const refused = await browser.send(
    '/account?/fullname',
    { fullname: 'x'.repeat(97) },
    { 'accept-language': 'pt' },
  );
  assert.match(refused.body, /nenhum que não se veja/);
  assert.match((await set('Alice Liddell')).location, /account/, 'the same again');
  assert.equal((await set('<b>Al</b>')).location, '/account');
  assert.match((await browser.open('/alice')).body, /<p class="lead">&lt;b>Al&lt;\/b><\/p>/);
  assert.equal((await set('')).location, '/account');
  assert.doesNotMatch((await browser.open('/alice')).body, /class="lead"/);
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`account:${account.id}`);
  const kept = entries.filter(({ kind }) => kind === 'account.fullname-set');
  assert.equal(kept.length, 3, 'one for each change');
  assert.ok(
    kept.every(({ body }) => !body.includes('Liddell')),
    'a personal value is committed to, not told',
  );
});
