// People sign on by a real issuer, and get what the policy, their invitation and their groups give them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openSignedOnHub, pathOf, signOn } from '../../harness/signed-on-hub.ts';
import { type SingleSignOn } from '@holdfast/supervisor/settings';
import { signOnAt } from '../../harness/oidc-issuer.ts';
import { OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

async function roleOf(hub: ServedHub, org: string, user: string): Promise<string | undefined> {
  const { identity } = hub.modules;
  const account = await identity.findByName(user);
  if (account === undefined) return undefined;
  return (await identity.listMemberships(account.id)).find(({ orgName }) => orgName === org)?.role;
}

void test('where everybody may, who signs on gets an account, once, and is themself again', async () => {
  await using it = await openSignedOnHub('open');
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  it.issuer.people.set('u2', { email: 'other@example.org', preferred_username: 'ADA' });
  const [first, again, second] = [new TestBrowser(it.hub), new TestBrowser(it.hub), new TestBrowser(it.hub)];
  assert.match((await first.open('/sign-in')).body, /Sign in with Example/);
  assert.equal((await signOn(first, 'u1', '/sign-in/issuer?to=/account/tokens')).location, '/account/tokens');
  assert.match((await first.open('/account')).body, />ada</);
  assert.equal((await signOn(again, 'u1')).location, '/account');
  assert.match((await again.open('/account')).body, />ada</);
  // Another person of the same name gets another.
  assert.equal((await signOn(second, 'u2')).status, 303);
  assert.match((await second.open('/account')).body, />other</);
  const accounts = await it.hub.modules.identity.listAccounts(OPERATOR, 'user');
  assert.deepEqual(accounts.map(({ name }) => name).sort(), ['ada', 'other']);
});

void test('who signs on under a name that somebody gave up or had gets another, also by an invitation', async () => {
  await using it = await openSignedOnHub('open');
  const { identity, namespaces, invitations } = it.hub.modules;
  await signInAs(it.hub, 'gone');
  await signInAs(it.hub, 'before');
  await identity.createOrg(OPERATOR, { name: 'dissolved', owner: 'before' });
  await namespaces.delete(OPERATOR, { kind: 'org', name: 'dissolved' });
  await namespaces.delete(OPERATOR, { kind: 'user', name: 'gone' });
  await namespaces.rename(OPERATOR, { kind: 'user', name: 'before' }, 'after');
  const { text } = await invitations.invite(OPERATOR, { email: 'one@example.com' });
  const ways = { open: undefined, invited: `/join/${text.reveal('to follow it')}` };
  const names = ['gone', 'GONE', 'g0ne', 'dissolved', 'before'] as const;
  for (const [n, name] of names.entries()) {
    const person = `u${n}`;
    it.issuer.people.set(person, { email: `${name}@example.net`, preferred_username: name });
    const browser = new TestBrowser(it.hub);
    assert.equal((await signOn(browser, person, n === 0 ? ways.invited : ways.open)).status, 303);
    assert.match(
      (await browser.open('/account')).body,
      new RegExp(n === 0 ? 'one@example' : `${name}@example`),
    );
  }
  const users = (await identity.listAccounts(OPERATOR, 'user')).map((account) => account.name.toLowerCase());
  // Whoever gave up a name is not listed under it, and nobody else is.
  assert.equal(users.length, 1 + names.length, users.join(' '));
  for (const name of names) assert.ok(!users.includes(name.toLowerCase()), users.join(' '));
});

void test('by default nobody gets in who was not invited; an invitation makes an account', async () => {
  await using it = await openSignedOnHub('invitation');
  it.issuer.people.set('u1', { email: 'ada@example.org', email_verified: true, preferred_username: 'ada' });
  const browser = new TestBrowser(it.hub);
  const refused = await signOn(browser, 'u1');
  assert.equal(refused.location, '/sign-in?problem=sso.not-invited');
  assert.match((await browser.open(refused.location)).body, /No account here is yours yet/);
  assert.equal(browser.cookie('session'), undefined);
  const wish = { email: 'ada@example.com' };
  const { text } = await it.hub.modules.invitations.invite(OPERATOR, wish);
  const invitation = text.reveal('to follow it');
  assert.match((await browser.open(`/join/${invitation}`)).body, /Join with Example/);
  const from = `/join/${invitation}`;
  assert.equal((await signOn(browser, 'u1', from)).location, '/account');
  assert.match((await browser.open('/account')).body, /ada@example\.com/);
  // Used up.
  it.issuer.people.set('u2', { email: 'eve@example.org', preferred_username: 'eve' });
  assert.equal((await signOn(new TestBrowser(it.hub), 'u2', from)).status, 404);
});

void test('no link and no foreign form has somebody whom the issuer knows join what they never saw', async () => {
  await using it = await openSignedOnHub('invitation');
  const { identity, invitations } = it.hub.modules;
  await signInAs(it.hub, 'mallory');
  await identity.createOrg(OPERATOR, { name: 'lure', owner: 'mallory' });
  it.issuer.people.set('u1', { email: 'ada@example.org', email_verified: true, preferred_username: 'ada' });
  const wish = { email: 'eve@example.com', org: { name: 'lure', role: 'write' } } as const;
  const invitation = (await invitations.invite(OPERATOR, wish)).text.reveal('to lure with it');
  const browser = new TestBrowser(it.hub);
  // As a sign-in it makes no account of who has none.
  const led = await signOn(browser, 'u1', `/sign-in/issuer?invitation=${invitation}&to=/account`);
  assert.equal(led.location, '/sign-in?problem=sso.not-invited');
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await browser.send(`/join/${invitation}?/issuer`, {}, foreign)).status, 403);
  assert.equal(browser.cookie('session'), undefined);
  // The page says what it is, and who follows the form joins.
  const shown = (await browser.open(`/join/${invitation}`)).body;
  assert.match(shown, /<strong>lure<\/strong>/);
  assert.match(shown, /may write/);
  assert.equal((await signOn(browser, 'u1', `/join/${invitation}`)).location, '/account');
  assert.equal(await roleOf(it.hub, 'lure', 'ada'), 'write');
});

void test('an account is connected by its owner, with a fresh proof, and not by its address', async () => {
  await using it = await openSignedOnHub('open');
  await signInAs(it.hub, 'ada');
  it.issuer.people.set('u1', { email: 'ada@example.org', email_verified: true, preferred_username: 'ada' });
  assert.equal((await signOn(new TestBrowser(it.hub), 'u1')).location, '/sign-in?problem=sso.email-taken');
  const browser = new TestBrowser(it.hub);
  await browser.signIn('ada', PASSWORD);
  // A link from elsewhere begins nothing.
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await browser.send('/account?/connect', {}, foreign)).status, 403);
  const page = await browser.send('/account?/connect', {});
  const address = /href="(http:[^"]+\/auth\?[^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  assert.match(address, /prompt=login/);
  assert.equal((await browser.open(pathOf(await signOnAt(address, 'u1')))).location, '/account');
  assert.equal((await signOn(new TestBrowser(it.hub), 'u1')).location, '/account');
  // An hour later it takes a proof, and the issuer can give it.
  it.hub.passTime(60);
  const old = await browser.send('/account?/connect', {});
  assert.match(old.location, /^\/account\/prove/);
  const before = browser.cookie('session');
  const proved = await signOn(browser, 'u1', '/account/prove/issuer?to=/account/tokens');
  assert.equal(proved.location, '/account/tokens');
  assert.notEqual(browser.cookie('session'), before);
  // Somebody else's proof is none.
  it.issuer.people.set('u2', { email: 'eve@example.org', preferred_username: 'eve' });
  assert.equal((await signOn(browser, 'u2', '/account/prove/issuer')).location, '/account?problem=sso.other');
});

void test('a connection is undone by its owner who has another way in, and by the operator', async () => {
  await using it = await openSignedOnHub('open', [
    { group: 'staff', organization: 'research', role: 'read' },
  ]);
  const { identity, sessions, passwords, pool } = it.hub.modules;
  await it.hub.addUser('owner');
  await identity.createOrg(OPERATOR, { name: 'research', owner: 'owner' });
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada', groups: ['staff'] });
  const [browser, other] = [new TestBrowser(it.hub), new TestBrowser(it.hub)];
  await signOn(browser, 'u1');
  await signOn(other, 'u1');
  const ada = await identity.findByName('ada');
  assert.ok(ada !== undefined);
  assert.equal(await roleOf(it.hub, 'research', 'ada'), 'read');
  // It is the only way in: nothing is undone.
  await signOn(browser, 'u1', '/account/prove/issuer?to=/account');
  const refused = await browser.send('/account?/disconnect', {});
  assert.match(refused.body, /Without single sign-on you could not sign in any more/);
  assert.equal((await signOn(other, 'u1')).location, '/account');
  await passwords.change(OPERATOR, ada.id, PASSWORD);
  await browser.signIn('ada', PASSWORD);
  await signOn(other, 'u1');
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await browser.send('/account?/disconnect', {}, foreign)).status, 403);
  // A copy of the session takes nobody's way in from them.
  it.hub.passTime(11);
  assert.match((await browser.send('/account?/disconnect', {})).location, /^\/account\/prove/);
  await browser.signIn('ada', PASSWORD);
  assert.equal((await browser.send('/account?/disconnect', {})).location, '/account');
  assert.match((await browser.open('/account')).body, /Connect Example/);
  assert.match((await other.open('/account')).location, /^\/sign-in/, 'the session of another browser');
  assert.equal(await roleOf(it.hub, 'research', 'ada'), undefined);
  it.issuer.people.set('u1', { email: 'nina@example.org', preferred_username: 'nina' });
  await signOn(new TestBrowser(it.hub), 'u1');
  const anew = await identity.findByName('nina');
  assert.ok(anew !== undefined, 'who signs on is somebody new here');
  assert.match((await browser.send('/account?/disconnect', {})).body, /is not connected/);
  // The operator undoes it whatever else there is.
  await it.hub.modules.singleSignOn?.disconnectUser(OPERATOR, anew.id);
  assert.equal((await sessions.list(OPERATOR, anew.id)).length, 0);
  const { rows } = await pool.query<{ actor: string }>(
    `select actor from ledger.entry where kind = 'account.sign-on-disconnected' order by at`,
  );
  assert.deepEqual(
    rows.map(({ actor }) => actor.split(':')[0]),
    ['user', 'operator'],
  );
});

void test('memberships follow the groups, and others stay', async () => {
  const groups = [
    { group: 'readers', organization: 'research', role: 'read' },
    { group: 'writers', organization: 'research', role: 'write' },
    { group: 'writers', organization: 'missing', role: 'write' },
    { group: 'heads', organization: 'board', role: 'admin' },
  ] as const;
  await using it = await openSignedOnHub('single-sign-on', [...groups]);
  const { identity, members } = it.hub.modules;
  await it.hub.addUser('owner');
  for (const name of ['research', 'board', 'friends'])
    await identity.createOrg(OPERATOR, { name, owner: 'owner' });
  const enter = async (groupsNow: readonly string[] | undefined): Promise<void> => {
    it.issuer.people.set('u1', {
      ...{ email: 'ada@example.org', preferred_username: 'ada' },
      ...(groupsNow && { groups: groupsNow }),
    });
    assert.equal((await signOn(new TestBrowser(it.hub), 'u1')).location, '/account');
  };
  const told = async (): Promise<string[]> =>
    (await it.hub.modules.keptMails.list(OPERATOR))
      .filter(({ to, subject }) => to === 'ada@example.org' && subject.startsWith('Your role in'))
      .map(({ text }) => text.split('\n')[2] ?? '')
      .toSorted();
  await enter(['readers', 'writers', 'unknown']);
  assert.equal(await roleOf(it.hub, 'research', 'ada'), 'write');
  assert.deepEqual(await told(), ['Your role in research is now "write".']);
  await enter(['writers']);
  assert.equal((await told()).length, 1, 'nothing changed');
  await members.put(OPERATOR, { org: 'friends', user: 'ada', role: 'read' });
  await enter(['readers', 'heads']);
  assert.equal(await roleOf(it.hub, 'research', 'ada'), 'read');
  assert.equal(await roleOf(it.hub, 'board', 'ada'), 'admin');
  await members.remove(OPERATOR, { org: 'board', user: 'owner' });
  await enter(undefined);
  assert.equal(await roleOf(it.hub, 'research', 'ada'), undefined);
  assert.deepEqual(await told(), [
    'You are not a member of research any more.',
    'Your role in board is now "admin".',
    'Your role in friends is now "read".',
    'Your role in research is now "read".',
    'Your role in research is now "write".',
  ]);
  assert.equal(await roleOf(it.hub, 'friends', 'ada'), 'read');
  assert.equal(await roleOf(it.hub, 'board', 'ada'), 'admin', 'the last administrator is gone');
  // Taken away by hand, and given by hand: from then on it is no group's.
  await enter(['readers']);
  await members.remove(OPERATOR, { org: 'research', user: 'ada' });
  await members.put(OPERATOR, { org: 'research', user: 'ada', role: 'write' });
  await enter(undefined);
  assert.equal(await roleOf(it.hub, 'research', 'ada'), 'write');
});

void test('a role ends with what gave it: when no group is mapped any more, and also under a new name', async () => {
  const groups: SingleSignOn['groups'][number][] = [
    { group: 'staff', organization: 'research', role: 'write' },
    { group: 'staff', organization: 'board', role: 'read' },
  ];
  await using it = await openSignedOnHub('open', groups);
  const { identity, namespaces } = it.hub.modules;
  await it.hub.addUser('owner');
  for (const name of ['research', 'board']) await identity.createOrg(OPERATOR, { name, owner: 'owner' });
  const enter = async (...now: string[]): Promise<void> => {
    it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada', groups: now });
    assert.equal((await signOn(new TestBrowser(it.hub), 'u1')).location, '/account');
  };
  const roles = async () => [await roleOf(it.hub, 'science', 'ada'), await roleOf(it.hub, 'board', 'ada')];
  await enter('staff');
  await namespaces.rename(OPERATOR, { kind: 'org', name: 'research' }, 'science');
  assert.deepEqual(await roles(), ['write', 'read']);
  await enter();
  assert.deepEqual(await roles(), [undefined, undefined], 'the configuration has the old name');
  await enter('staff');
  assert.deepEqual(await roles(), ['write', 'read']);
  groups.push({ group: 'staff', organization: 'science', role: 'admin' });
  await enter('staff');
  assert.deepEqual(await roles(), ['admin', 'read'], 'the most of both names');
  groups.length = 0;
  await enter('staff');
  assert.deepEqual(await roles(), [undefined, undefined]);
});

void test('an issuer that calls somebody a name in place of an address gives nobody that account', async () => {
  await using it = await openSignedOnHub('single-sign-on');
  await it.hub.addUser('bob');
  for (const email of ['bob', 'BOB', 'bob@', 'a b@example.org']) {
    it.issuer.people.set(email, { email, email_verified: true, preferred_username: 'x' });
    const browser = new TestBrowser(it.hub);
    assert.equal((await signOn(browser, email)).location, '/sign-in?problem=sso.email-missing', email);
    assert.equal(browser.cookie('session'), undefined);
  }
});

void test('by single sign-on alone: no other way in but for administrators, and an address counts', async () => {
  await using it = await openSignedOnHub('single-sign-on');
  const { identity, signIn, invitations } = it.hub.modules;
  await signInAs(it.hub, 'ada').catch(() => undefined);
  const root = { name: 'boss', email: 'boss@example.org', administrator: true, password: PASSWORD };
  await identity.createUser(OPERATOR, root);
  const withPassword = (name: string) => signIn.withPassword({ name, password: PASSWORD }, BROWSER);
  await assert.rejects(withPassword('ada'), { code: 'sign-in.elsewhere' });
  await assert.rejects(signIn.withPassword({ name: 'ada', password: 'wrong' }, BROWSER), {
    code: 'sign-in.failed',
  });
  assert.equal((await withPassword('boss')).kind, 'signed-in');
  const { text } = await invitations.invite(OPERATOR, { email: 'new@example.org' });
  const accept = invitations.accept(text.reveal('to try'), { name: 'new', password: PASSWORD });
  await assert.rejects(accept, { code: 'account.sign-up-closed' });
  const enter = async (email: string, verified: boolean): Promise<string> => {
    it.issuer.people.set(email, { email, email_verified: verified, preferred_username: 'x' });
    return (await signOn(new TestBrowser(it.hub), email)).location;
  };
  assert.equal(await enter('ada@example.org', false), '/sign-in?problem=sso.email-taken');
  assert.equal(await enter('boss@example.org', true), '/sign-in?problem=sso.email-taken');
  assert.equal(await enter('ada@example.org', true), '/account');
  assert.equal((await identity.listAccounts(OPERATOR, 'user')).length, 2);
});

void test('who is disabled stays out, and a second factor is asked for after the sign-on', async () => {
  await using it = await openSignedOnHub('open', [
    { group: 'staff', organization: 'research', role: 'read' },
  ]);
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  await signOn(new TestBrowser(it.hub), 'u1');
  const { identity, pool } = it.hub.modules;
  await identity.disableUser(OPERATOR, 'ada');
  await it.hub.addUser('owner');
  await identity.createOrg(OPERATOR, { name: 'research', owner: 'owner' });
  it.issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada', groups: ['staff'] });
  assert.equal((await signOn(new TestBrowser(it.hub), 'u1')).location, '/sign-in?problem=sign-in.failed');
  await identity.enableUser(OPERATOR, 'ada');
  assert.equal(await roleOf(it.hub, 'research', 'ada'), undefined, 'who was refused was given nothing');
  const ada = await identity.findByName('ada');
  await pool.query(
    `insert into sessions.second_factor (user_id, seed, last_step, confirmed_at) values ($1, $2, 0, now())`,
    [ada?.id, Buffer.alloc(48)],
  );
  const browser = new TestBrowser(it.hub);
  assert.equal((await signOn(browser, 'u1')).location, '/sign-in/code?to=%2Faccount');
  assert.equal(browser.cookie('session'), undefined);
  assert.notEqual(browser.cookie('half'), undefined);
});
