// The page of an organisation, as who administers it and who does not uses it, without script.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const PAGE = '/account/organizations/acme';

async function openAcme(): Promise<{ hub: ServedHub; ada: TestBrowser; bob: TestBrowser }> {
  const hub = await openServedHub();
  const browsers = [];
  for (const name of ['ada', 'bob']) {
    await signInAs(hub, name);
    const browser = new TestBrowser(hub);
    await browser.signIn(name, PASSWORD);
    browsers.push(browser);
  }
  const [ada, bob] = browsers as [TestBrowser, TestBrowser];
  await hub.modules.identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'bob', role: 'read' });
  return { hub, ada, bob };
}

void test('who administers an organisation sets roles, gives it away, and is the last to go', async () => {
  const { hub, ada, bob } = await openAcme();
  await using _hub = hub;
  assert.match((await ada.open('/account')).body, /href="\/account\/organizations\/acme"/);
  const last = await ada.send(`${PAGE}?/leave`, {});
  assert.equal(last.status, 409);
  assert.match(last.body, /Nobody else administers acme who can sign in/);
  assert.equal((await ada.send(`${PAGE}?/role`, { user: 'bob', role: 'write' })).location, PAGE);
  assert.match((await bob.open(PAGE)).body, /may write/);
  const denied = await bob.send(`${PAGE}?/role`, { user: 'bob', role: 'admin' });
  assert.equal(denied.status, 403);
  assert.doesNotMatch((await bob.open(PAGE)).body, /\?\/role|\?\/policy/);
  assert.equal((await ada.send(`${PAGE}?/transfer`, { user: 'bob' })).location, PAGE);
  assert.equal((await ada.send(`${PAGE}?/remove`, { user: 'bob' })).status, 403, 'it is not hers any more');
  assert.equal((await bob.send(`${PAGE}?/remove`, { user: 'ada' })).location, PAGE);
  assert.equal((await ada.open(PAGE)).status, 404);
});

void test('policies are set, and tokens approved and ended, by who gave a fresh proof', async () => {
  const { hub, ada } = await openAcme();
  await using _hub = hub;
  const { text, id } = await hub.addToken('bob', 'read');
  const reaches = async (): Promise<boolean> =>
    (await hub.modules.authentication.authenticate(text)).memberships.length > 0;
  await ada.send(`${PAGE}?/policy`, { approve: 'on', days: '90' });
  assert.equal(await reaches(), false);
  const page = await ada.open(PAGE, { 'accept-language': 'pt' });
  assert.match(page.body, new RegExp(`espera aprovação[^]*name="id" value="${id}"`));
  await ada.send(`${PAGE}?/approve`, { id });
  assert.equal(await reaches(), true);
  await ada.send(`${PAGE}?/policy`, { classic: 'on', approve: 'on', days: '' });
  assert.match((await ada.open(PAGE)).body, /is refused/);
  await ada.send(`${PAGE}?/policy`, { days: '' });
  assert.equal(await reaches(), true);
  hub.passTime(11);
  const proof = await ada.send(`${PAGE}?/end`, { id });
  assert.match(proof.location, /^\/account\/prove\?to=/);
  await ada.send(proof.location, { password: PASSWORD });
  await ada.send(`${PAGE}?/end`, { id });
  assert.equal(await reaches(), false);
  assert.match((await ada.open(PAGE)).body, /was ended/);
});

void test('an organisation has its repositories private unless asked otherwise, copies too', async () => {
  const { hub, ada } = await openAcme();
  await using _hub = hub;
  const { text } = await hub.addToken('ada', 'write');
  const make = async (path: string, body: object): Promise<unknown> => {
    const answer = await fetch(`${hub.url}/api/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${text}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return ((await answer.json()) as { private: unknown }).private;
  };
  const isPrivate = async (name: string): Promise<boolean> => {
    const answer = await fetch(`${hub.url}/api/models/acme/${name}`, {
      headers: { authorization: `Bearer ${text}` },
    });
    return ((await answer.json()) as { private: boolean }).private;
  };
  assert.equal(await make('repos/create', { name: 'before', organization: 'acme' }), false);
  await ada.send(`${PAGE}?/policy`, { private: 'on', days: '' });
  assert.equal(await make('repos/create', { name: 'after', organization: 'acme' }), true);
  assert.equal(await make('repos/create', { name: 'open', organization: 'acme', private: false }), false);
  await make('models/acme/before/duplicate', { repository: 'acme/copy' });
  await make('models/acme/before/duplicate', { repository: 'acme/open-copy', private: false });
  assert.deepEqual(await Promise.all(['after', 'open', 'copy', 'open-copy'].map(isPrivate)), [
    ...[true, false, true, false],
  ]);
});

void test('an organisation is renamed and deleted by who administers it', async () => {
  const { hub, ada, bob } = await openAcme();
  await using _hub = hub;
  assert.equal((await bob.send(`${PAGE}?/delete`, {})).status, 403);
  assert.equal((await ada.send(`${PAGE}?/rename`, { to: 'bob' })).status, 409);
  const renamed = await ada.send(`${PAGE}?/rename`, { to: 'emca' });
  assert.equal(renamed.location, '/account/organizations/emca');
  assert.equal((await ada.open(renamed.location)).status, 200);
  assert.equal((await ada.send(`${renamed.location}?/delete`, {})).location, '/account');
  assert.equal((await ada.open(renamed.location)).status, 404);
  assert.doesNotMatch((await bob.open('/account')).body, /emca/);
});
