// Invitations: one account or one membership for each, and none for who may not give it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Id } from '@holdfast/kernel/id';
import { assertConfirmed } from '../../harness/confirmed.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs, visitAs } from '../../harness/sign-in.ts';
import { findLink } from '../../harness/sign-up.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

async function signedIn(hub: ServedHub, name: string): Promise<TestBrowser> {
  await signInAs(hub, name);
  const browser = new TestBrowser(hub);
  await browser.signIn(name, PASSWORD);
  return browser;
}

async function openWithAdmin(signUp: 'invitation' | 'open' = 'invitation') {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub({ signUp }));
  await signInAs(hub, 'chief');
  await hub.modules.identity.setAdministrator(OPERATOR, 'chief', true);
  const root = await signedIn(hub, 'chief');
  opened.move();
  return { hub, root };
}

async function invite(browser: TestBrowser, fields: Record<string, string>): Promise<string> {
  const { body } = await browser.send('/account/invitations?/invite', fields);
  return /data-link[^>]*>http:\/\/localhost:\d+(\/join\/[A-Za-z0-9_-]{43})</.exec(body)?.[1] ?? body;
}

const NEWCOMER = { name: 'carol', password: PASSWORD, again: PASSWORD };

void test('an invitation makes one account, signed in, and is used up', async () => {
  const { hub, root } = await openWithAdmin();
  await using _hub = hub;
  const link = await invite(root, { email: 'carol@example.org' });
  const carol = new TestBrowser(hub);
  const page = await carol.open(link);
  assert.match(page.body, /carol@example\.org/);
  const weak = await carol.send(`${link}?/accept`, { ...NEWCOMER, password: 'short', again: 'short' });
  assert.equal(weak.status, 400);
  for (const name of ['admin', 'chief', 'ch1ef', 'a b'])
    assert.ok((await carol.send(`${link}?/accept`, { ...NEWCOMER, name })).status >= 400, name);
  assert.equal((await carol.send(`${link}?/accept`, NEWCOMER)).location, '/account');
  assert.match((await carol.open('/account')).body, /carol@example\.org/);
  const second = new TestBrowser(hub);
  assert.equal((await second.open(link)).status, 404);
  assert.equal((await second.send(`${link}?/accept`, { ...NEWCOMER, name: 'mallory' })).status, 404);
  assert.equal(await hub.modules.identity.findByName('mallory'), undefined);
});

void test('of many who use one invitation at the same time, one gets an account', async () => {
  const { hub, root } = await openWithAdmin();
  await using _hub = hub;
  const link = await invite(root, { email: 'carol@example.org' });
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_one, n) =>
      new TestBrowser(hub).send(`${link}?/accept`, { ...NEWCOMER, name: `newcomer${'abcdef'[n]}` }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [303, 404, 404, 404, 404, 404],
  );
});

void test('who administers an organisation invites to it, and to nothing else', async () => {
  const { hub, root } = await openWithAdmin();
  await using _hub = hub;
  const [ada, bob] = [await signedIn(hub, 'ada'), await signedIn(hub, 'bob')];
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  const wish = { email: 'x@example.org', organization: 'acme', role: 'write' };
  const link = await invite(ada, wish);
  for (const [browser, fields] of [
    [ada, { email: 'x@example.org' }],
    [bob, wish],
    [bob, { email: 'x@example.org' }],
    // Administering the instance opens no organisation.
    [root, wish],
  ] as const)
    assert.match(await invite(browser, fields), /may invite|There is no such page/);
  assert.equal((await bob.open('/account/invitations')).status, 404);
  assert.equal((await bob.send(`${link}?/join`, {})).location, '/account');
  assert.match((await bob.open('/account')).body, /acme[^]*may write/);
  assert.equal((await ada.send(`${link}?/join`, {})).status, 404, 'used up');
});

void test('who administers an organisation sees and ends what another of them invited to it, and nobody else does', async () => {
  const { hub } = await openWithAdmin();
  await using _hub = hub;
  const [ada, carol, bob] = [
    await signedIn(hub, 'ada'),
    await signedIn(hub, 'carol'),
    await signedIn(hub, 'bob'),
  ];
  const { identity, members } = hub.modules;
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await identity.createOrg(OPERATOR, { name: 'other', owner: 'bob' });
  for (const [user, role] of [
    ['carol', 'admin'],
    ['bob', 'write'],
  ] as const)
    await members.put(OPERATOR, { org: 'acme', user, role });
  const link = await invite(ada, { email: 'x@example.org', organization: 'acme', role: 'admin' });
  const [page, list] = ['/account/organizations/acme', '/account/invitations'];
  for (const at of [page, list]) assert.doesNotMatch((await bob.open(at)).body, /x@example\.org/);
  assert.match((await carol.open(page)).body, /x@example\.org/);
  const id = /name="id" value="([0-9a-f]{24})"/.exec((await carol.open(list)).body)?.[1] ?? assert.fail();
  const revoke = `${list}?/revoke`;
  await bob.send(revoke, { id });
  assert.equal(
    (await carol.open(link)).status,
    200,
    'who administers another organisation ends nothing here',
  );
  await carol.send(revoke, { id });
  assert.equal((await carol.open(link)).status, 404);
});

void test('an invitation ends by revocation and after a week, and the hub is closed to all others', async () => {
  const { hub, root } = await openWithAdmin();
  await using _hub = hub;
  const revoked = await invite(root, { email: 'a@example.org' });
  const open = (await root.open('/account/invitations')).body;
  assertConfirmed(open, '?/revoke');
  const id = /name="id" value="([0-9a-f]{24})"/.exec(open)?.[1] ?? '';
  const other = await signedIn(hub, 'other');
  assert.equal((await other.send('/account/invitations?/revoke', { id })).status, 404);
  assert.match((await root.send('/account/invitations?/revoke', { id })).body, /was revoked/);
  const old = await invite(root, { email: 'b@example.org' });
  const stranger = new TestBrowser(hub);
  assert.equal((await stranger.open(old)).status, 200);
  hub.passTime(7 * 24 * 60 + 1);
  for (const link of [revoked, old, `/join/${'A'.repeat(43)}`, '/join/x'])
    assert.equal((await stranger.open(link)).status, 404, link);
  assert.equal((await stranger.open('/sign-up')).status, 404);
  const wish = { ...NEWCOMER, email: 'carol@example.org' };
  assert.equal((await stranger.send('/sign-up', wish)).status, 404);
  assert.equal(await hub.modules.identity.findByName('carol'), undefined);
});

void test('an open hub lets people sign up', async () => {
  const { hub } = await openWithAdmin('open');
  await using _hub = hub;
  const stranger = new TestBrowser(hub);
  assert.match((await stranger.open('/sign-in')).body, /href="\/sign-up"/);
  assert.match((await stranger.open('/sign-up')).body, /name="email"/);
  assert.match((await stranger.send('/sign-up', { email: 'carol@example.org' })).body, /Look into your mail/);
  const link = await findLink(hub, 'carol@example.org');
  const page = await stranger.open(link);
  assert.match(page.body, /Finish signing up[^]*carol@example\.org/);
  const taken = await stranger.send(`${link}?/accept`, { ...NEWCOMER, name: 'chief' });
  assert.match(taken.body, /is taken/, 'names are public');
  assert.equal((await stranger.send(`${link}?/accept`, NEWCOMER)).location, '/account');
  assert.match((await stranger.open('/account')).body, /carol@example\.org/);
  const second = new TestBrowser(hub);
  assert.equal((await second.open(link)).status, 404, 'once');
  assert.equal((await second.send(`${link}?/accept`, { ...NEWCOMER, name: 'mallory' })).status, 404);
});

void test('who signs up is written to in the language of the page, and the link ends after a day', async () => {
  const { hub, root } = await openWithAdmin('open');
  await using _hub = hub;
  const stranger = new TestBrowser(hub);
  const portuguese = { 'accept-language': 'pt' };
  const asked = await stranger.send('/sign-up', { email: 'rui@example.org' }, portuguese);
  assert.match(asked.body, /Veja o seu correio/);
  const [mail] = await hub.modules.keptMails.list(OPERATOR);
  assert.equal(mail?.subject, 'A sua conta');
  const link = await findLink(hub, 'rui@example.org');
  assert.ok(
    !(await root.open('/account/invitations')).body.includes('rui@example.org'),
    'nobody invited them',
  );
  hub.passTime(24 * 60 + 1);
  assert.equal((await stranger.open(link)).status, 404);
  assert.equal((await stranger.send(`${link}?/accept`, { ...NEWCOMER, name: 'rui' })).status, 404);
});

void test('where more invitations are open than are listed, the page says so, and each can be revoked', async () => {
  const { hub, root } = await openWithAdmin();
  await using _hub = hub;
  const oldest = await invite(root, { email: 'oldest@example.org' });
  const listed = async (): Promise<string> => (await root.open('/account/invitations')).body;
  assert.doesNotMatch(await listed(), /more than the newest 500/);
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query(
      `insert into identity.invitation (id, digest, email, org_id, role, inviter_id, created_at, expires_at)
       select 'ffffffff' || lpad(n::text, 16, '0'), encode(sha256(n::text::bytea), 'hex'), n || '@example.org', null, null, i.inviter_id,
              i.created_at, i.expires_at
         from identity.invitation i, generate_series(1, 500) n`,
    );
  });
  const page = await listed();
  assert.match(page, /There are more than the newest 500/);
  assert.ok(!page.includes('oldest@example.org'));
  const chief = await visitAs(hub, 'chief');
  const { items, isCut } = await hub.modules.invitations.list(chief.actor);
  assert.deepEqual([items.length, isCut], [500, true]);
  const { rows } = await hub.modules.pool.query<{ id: Id }>(
    `select id from identity.invitation where email = 'oldest@example.org'`,
  );
  await root.send('/account/invitations?/revoke', { id: rows[0]?.id ?? '' });
  assert.equal((await root.open(oldest)).status, 404);
  assert.doesNotMatch(await listed(), /more than the newest 500/);
});
