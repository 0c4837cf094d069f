// Who gets into a Space: what one was given opens no other, nothing of a Space opens the hub, and a right that ended lets
// nobody in any more. Who is not let in learns nothing.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
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

/** Goes to a Space by way of the hub, as a browser does; gives the mark, the ticket and the cookie. */
async function visit(hub: ServedHub, browser: TestBrowser, label: string) {
  const asked = await askSite(hub, { label, path: '/a' }, PAGE);
  const mark = cookieOf(asked);
  const { pathname, search } = new URL(String(asked.headers['location']));
  const sent = await browser.open(pathname + search);
  assert.equal(sent.status, 200, sent.body);
  const onTo = new URL(onwards(sent));
  assert.equal(onTo.host, `${label}.localhost:${hub.port}`);
  const path = onTo.pathname + onTo.search;
  const entered = await askSite(hub, { label, path }, { cookie: mark });
  assert.equal(entered.headers['location'], '/a', entered.text);
  return { mark, path, ticket: onTo.searchParams.get('ticket') ?? '', cookie: cookieOf(entered) };
}

/** Where a page leads. */
function onwards({ body }: PageAnswer): string {
  return (/<a href="([^"]*)"/.exec(body)?.[1] ?? '').replaceAll('&#38;', '&');
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
  const { mark, path, ticket, cookie } = await visit(hub, browser, 'ann-private');
  assert.equal((await look(hub, 'ann-second', cookie)).status, 401);
  const elsewhere = await askSite(hub, { label: 'ann-second', path }, { cookie: mark });
  assert.deepEqual([elsewhere.status, cookieOf(elsewhere)], [403, '']);
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
  const { mark, path, cookie } = await visit(hub, browser, 'ann-private');
  hub.passTime(2);
  const late = await askSite(hub, { label: 'ann-private', path }, { cookie: mark });
  assert.deepEqual([late.status, cookieOf(late)], [403, '']);
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
      JSON.stringify([page.status, page.headers['location'], program.status, program.text, headers])
        .replaceAll(label, 'label')
        .replace(/browser=[^&"]*/, 'browser'),
    );
  }
  assert.equal(new Set(texts).size, 1, texts.join('\n'));
});

void test('a ticket is worth nothing to another browser, whoever made it use it', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const { path } = await visit(hub, browser, 'ann-private');
  for (const headers of [{}, { cookie: `holdfast-${hub.port}-mark=${'a'.repeat(43)}` }]) {
    const answer = await askSite(hub, { label: 'ann-private', path }, headers);
    assert.deepEqual([answer.status, cookieOf(answer)], [403, '']);
  }
});

void test('what is private is not sent to a page of another Space', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const { cookie } = await visit(hub, browser, 'ann-private');
  const ask = async (site: string, mode: string, dest: string) =>
    await askSite(
      hub,
      { label: 'ann-private', path: '/' },
      { cookie, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest },
    );
  for (const [mode, dest] of [
    ['no-cors', 'script'],
    ['no-cors', 'image'],
    ['navigate', 'iframe'],
    ['cors', 'empty'],
  ] as const)
    for (const site of ['same-site', 'cross-site'])
      assert.equal((await ask(site, mode, dest)).status, 401, `${site} ${mode} ${dest}`);
  for (const site of ['none', 'same-origin'])
    assert.equal((await ask(site, 'no-cors', 'script')).status, 200);
  const page = await ask('same-site', 'navigate', 'document');
  assert.equal(page.status, 200);
  assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin');
});

void test('no browser is asked for a password by the origin of a Space', async () => {
  const { hub } = await openHub();
  await using _hub = hub;
  const refused = await askSite(hub, { label: 'ann-private', path: '/app.js' });
  assert.deepEqual([refused.status, refused.headers['www-authenticate']], [401, undefined]);
  assert.equal((await askSite(hub, { label: 'a', path: '/' }, { host: `a-b.localhost:99999` })).status, 421);
});

void test("the sign-in goes on by itself to one's own Spaces, and waits before those of others", async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  await hub.addRepo('bob/open', { ...SPACE, visibility: 'public' });
  const browserMark = 'b'.repeat(43);
  const own = await browser.open(`/sign-in/space?space=ann-private&browser=${browserMark}&to=/`);
  assert.match(String(own.headers['refresh']), /^0; url=http/);
  const foreign = await browser.open(`/sign-in/space?space=bob-open&browser=${browserMark}&to=/`);
  assert.deepEqual([foreign.status, foreign.headers['refresh']], [200, undefined]);
  assert.match(foreign.body, /made by bob/);
});

void test('a gated Space is shown to those who were let in, a protected one to everybody', async () => {
  const { hub } = await openHub();
  await using _hub = hub;
  await hub.addRepo('ann/gated', { ...SPACE, visibility: 'public' });
  await hub.addRepo('ann/shown', { ...SPACE, visibility: 'protected' });
  const bearer = async (name: string) => ({
    authorization: `Bearer ${(await hub.addToken(name, 'write')).text}`,
  });
  const [ann, bob] = [await bearer('ann'), await bearer('bob')];
  const gate = await fetch(`${hub.url}/api/spaces/ann/gated/settings`, {
    method: 'PUT',
    headers: { ...ann, 'content-type': 'application/json' },
    body: JSON.stringify({ gated: 'manual' }),
  });
  assert.equal(gate.status, 200, await gate.text());
  assert.equal((await askSite(hub, { label: 'ann-gated', path: '/' }, bob)).status, 403);
  assert.equal((await askSite(hub, { label: 'ann-gated', path: '/' }, ann)).status, 200);
  assert.equal((await askSite(hub, { label: 'ann-shown', path: '/' }, bob)).status, 200);
});

void test('a sign-out ends a download that is under way', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  await hub.addRepo('ann/large', { ...SPACE, files: { 'index.html': 'x'.repeat(9_000_000) } });
  const { cookie } = await visit(hub, browser, 'ann-large');
  const { promise, resolve } = Promise.withResolvers<number>();
  const host = `ann-large.localhost:${hub.port}`;
  const asked = request({
    port: hub.port,
    host: '127.0.0.1',
    path: '/',
    headers: { host, cookie },
    agent: false,
  });
  asked.on('response', (incoming) => {
    let bytes = 0;
    incoming.on('data', (part: Buffer) => (bytes += part.length)).pause();
    void browser.send('/sign-out', {}).then(async () => {
      await delay(1_500);
      incoming.resume();
    });
    incoming.on('close', () => resolve(bytes)).on('error', () => undefined);
  });
  asked.on('error', () => undefined).end();
  assert.ok((await promise) < 9_000_000);
  assert.equal(hub.streams.size, 0);
});

void test('the way to a Space leads to no other site', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', '%0d%0aSet-Cookie:a=b']) {
    const sent = await browser.open(`/sign-in/space?space=ann-private&browser=${'b'.repeat(43)}&to=${to}`);
    assert.equal(new URL(onwards(sent)).searchParams.get('to'), '/', to);
    const direct = await browser.open(`/sign-in/space?space=ann-private&to=${to}`);
    assert.equal(onwards(direct), `http://ann-private.localhost:${hub.port}/`, to);
  }
  const bad = await askSite(hub, { label: 'ann-private', path: '//evil.example/docs' }, PAGE);
  assert.ok(String(bad.headers['location']).startsWith(`http://localhost:${hub.port}/sign-in/space?`));
});
