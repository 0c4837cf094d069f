// Who gets into a Space: what one was given opens no other, nothing of a Space opens the hub, and a right that ended lets
// nobody in any more. Who is not let in learns nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { askSite, type SiteAnswer } from '../harness/site.ts';
import { TestBrowser, type PageAnswer } from '../harness/test-browser.ts';

const SPACE = { type: 'space', sdk: 'static', files: { 'index.html': 'inside' } } as const;
const PAGE = { accept: 'text/html' };

async function openHub() {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  for (const name of ['ann', 'bob']) await signInAs(hub, name);
  await hub.addRepo('ann/private', SPACE);
  await hub.addRepo('bob/private', SPACE);
  const browser = new TestBrowser(hub);
  await browser.signIn('ann', PASSWORD);
  opened.move();
  return { hub, browser };
}

/** Goes from the hub to a Space as a browser does; gives the ticket and the cookie. */
async function visit(hub: ServedHub, browser: TestBrowser, label: string) {
  const sent = await browser.open(`/sign-in/space?space=${label}&to=/a`);
  assert.equal(sent.status, 200, sent.body);
  const { host, pathname, search, searchParams } = new URL(onwards(sent));
  assert.equal(host, `${label}.localhost:${hub.port}`);
  const entered = await enter(hub, label, pathname + search);
  assert.equal(entered.headers['location'], '/a');
  return { ticket: searchParams.get('ticket') ?? '', cookie: cookieOf(entered) };
}

/** Where a page sends the browser on. */
function onwards({ headers }: PageAnswer): string {
  return String(headers['refresh']).replace('0; url=', '');
}

async function enter(hub: ServedHub, label: string, path: string): Promise<SiteAnswer> {
  return await askSite(hub, { label, path });
}

function cookieOf({ headers }: SiteAnswer): string {
  const [first = ''] = [headers['set-cookie'] ?? []].flat();
  return first.split(';')[0] ?? '';
}

async function look(hub: ServedHub, label: string, cookie: string): Promise<SiteAnswer> {
  return await askSite(hub, { label, path: '/' }, { cookie });
}

void test('somebody who is signed in at the hub gets into a private Space, and only who may', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const { cookie } = await visit(hub, browser, 'ann-private');
  assert.equal((await look(hub, 'ann-private', cookie)).text, 'inside');
  const foreign = await browser.open('/sign-in/space?space=bob-private&to=/');
  const missing = await browser.open('/sign-in/space?space=bob-missing&to=/');
  assert.deepEqual([foreign.status, missing.status], [404, 404]);
  assert.equal(foreign.body, missing.body);
});

void test('a cookie or ticket of one Space opens no other, and nothing of the hub', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  await hub.addRepo('ann/second', SPACE);
  const { ticket, cookie } = await visit(hub, browser, 'ann-private');
  assert.equal((await look(hub, 'ann-second', cookie)).status, 401);
  assert.equal(cookieOf(await enter(hub, 'ann-second', `/-/enter?ticket=${ticket}&to=/`)), '');
  assert.equal((await look(hub, 'ann-private', cookie.replace(/=.*/, `=${ticket}`))).status, 401);
  const [name = '', value = ''] = cookie.split('=');
  for (const [key, text] of [
    [name, value],
    [`holdfast-${hub.port}-session`, value],
  ]) {
    const stranger = new TestBrowser(hub);
    stranger.cookies.set(String(key), String(text));
    assert.equal((await stranger.open('/account')).status, 303);
  }
  const asToken = await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization: `Bearer ${value}` } });
  assert.equal(asToken.status, 401);
});

void test("the hub's own cookie counts for nothing on the origin of a Space", async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const own = `holdfast-${hub.port}-session=${browser.cookie('session')}`;
  assert.equal((await look(hub, 'ann-private', own)).status, 401);
});

void test('a ticket is worth nothing after a minute, a cookie nothing once its session has ended', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const { ticket, cookie } = await visit(hub, browser, 'ann-private');
  hub.passTime(2);
  assert.equal(cookieOf(await enter(hub, 'ann-private', `/-/enter?ticket=${ticket}&to=/`)), '');
  assert.equal((await look(hub, 'ann-private', cookie)).status, 200);
  await browser.send('/sign-out', {});
  assert.equal((await look(hub, 'ann-private', cookie)).status, 401);
});

void test('who loses the right is out at once', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const { identity, members } = hub.modules;
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'bob' });
  await members.put(OPERATOR, { org: 'acme', user: 'ann', role: 'read' });
  const { text } = await hub.addToken('bob', 'write');
  const { actor } = await hub.modules.authentication.authenticate(text);
  const wish = {
    type: 'space',
    namespace: 'acme',
    name: 'board',
    visibility: 'private',
    sdk: 'static',
  } as const;
  await hub.modules.changes.create(actor, {
    ...wish,
    licence: null,
    files: { 'index.html': Buffer.from('inside') },
  });
  const { cookie } = await visit(hub, browser, 'acme-board');
  assert.equal((await look(hub, 'acme-board', cookie)).status, 200);
  await members.remove(OPERATOR, { org: 'acme', user: 'ann' });
  assert.equal((await look(hub, 'acme-board', cookie)).status, 404);
});

void test('to somebody who is not signed in every label looks the same', async () => {
  const { hub } = await openHub();
  await using _hub = hub;
  const labels = ['ann-private', 'no-such', 'bob-private'];
  const texts = [];
  for (const label of labels) {
    const page = await askSite(hub, { label, path: '/x' }, PAGE);
    const program = await askSite(hub, { label, path: '/x' });
    const { date: _date, 'x-request-id': _id, ...headers } = program.headers;
    texts.push(
      JSON.stringify([
        page.status,
        page.headers['location'],
        program.status,
        program.text,
        headers,
      ]).replaceAll(label, 'label'),
    );
  }
  assert.equal(new Set(texts).size, 1, texts.join('\n'));
});

void test('the way to a Space leads to no other site', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', '%0d%0aSet-Cookie:a=b']) {
    const sent = await browser.open(`/sign-in/space?space=ann-private&to=${to}`);
    assert.equal(new URL(onwards(sent)).searchParams.get('to'), '/', to);
    const entered = await enter(hub, 'ann-private', `/-/enter?ticket=x&to=${to}`);
    assert.equal(entered.headers['location'], '/', to);
  }
  const bad = await askSite(hub, { label: 'ann-private', path: '//evil.example/docs' }, PAGE);
  assert.ok(String(bad.headers['location']).startsWith(`http://localhost:${hub.port}/sign-in/space?`));
});
