// The app of a private Space in a frame of the hub's page: nobody else frames it, what lets the frame in lets nothing else in, and
// no page of the hub is framed at all.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openProgramHub } from '../harness/program-hub.ts';
import { openServedHub, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs, visitAs } from '../harness/sign-in.ts';
import { askSite, type SiteAnswer } from '../harness/site.ts';
import { TestBrowser } from '../harness/test-browser.ts';
import { signPass } from '../../src/surfaces/spaces/visits.ts';

const SPACE = { type: 'space', sdk: 'static', files: { 'index.html': 'inside' } } as const;

async function openHub() {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  for (const name of ['ann', 'bob']) await signInAs(hub, name);
  await hub.addRepo('ann/private', SPACE);
  const browser = new TestBrowser(hub);
  await browser.signIn('ann', PASSWORD);
  opened.move();
  return { hub, browser };
}

/** What a browser says that shows a frame of the hub's page. */
function framed({ port }: Pick<ServedHub, 'port'>): Record<string, string> {
  return {
    ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ...{ referer: `http://localhost:${port}/`, accept: 'text/html' },
  };
}

/** Where the frame of a page leads: the path at the origin of the Space. */
function frameIn(body: string): string {
  const source = /<iframe[^>]* src="([^"]*)"/.exec(body)?.[1] ?? '';
  const { pathname, search } = new URL(source.replaceAll('&amp;', '&'));
  return pathname + search;
}

async function openTicket(browser: TestBrowser, space = 'ann/private'): Promise<string> {
  const page = await browser.open(`/spaces/${space}`);
  assert.equal(page.status, 200, page.body);
  return frameIn(page.body);
}

function cookieOf({ headers }: SiteAnswer): string {
  const [first = ''] = [headers['set-cookie'] ?? []].flat();
  return first.split(';')[0] ?? '';
}

const LABEL = 'ann-private';

async function enter(hub: ServedHub, path: string, more: Readonly<Record<string, string>> = {}) {
  return await askSite(hub, { label: LABEL, path }, { ...framed(hub), ...more });
}

void test('the page of a private Space frames its app, which the hub alone may frame', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const page = await browser.open('/spaces/ann/private');
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, new RegExp(`frame-src http://${LABEL}\\.localhost:${hub.port};`));
  assert.match(policy, /frame-ancestors 'none'/);
  assert.equal(page.headers['x-frame-options'], 'DENY');
  const entered = await enter(hub, frameIn(page.body));
  assert.deepEqual([entered.status, entered.headers['location']], [303, '/']);
  const [line = ''] = [entered.headers['set-cookie'] ?? []].flat();
  for (const word of ['HttpOnly', 'SameSite=None', 'Secure', 'Partitioned', 'Path=/'])
    assert.ok(line.split('; ').includes(word), line);
  assert.ok(!line.includes('Domain'), line);
  const shown = await enter(hub, '/', { cookie: cookieOf(entered) });
  assert.equal(shown.text, 'inside');
  const own = `frame-ancestors 'self' http://localhost:${hub.port}`;
  assert.equal(shown.headers['content-security-policy'], own);
  const other = await browser.open('/spaces');
  assert.doesNotMatch(String(other.headers['content-security-policy']), /frame-src/);
});

void test('a ticket is good once, for a minute, for its own Space, from a page of the hub', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  await hub.addRepo('ann/second', SPACE);
  const path = await openTicket(browser);
  const evil = [
    { referer: 'http://evil.example/' },
    { referer: `http://bob-demo.localhost:${hub.port}/` },
    { referer: 'nonsense' },
    { referer: '' },
    { 'sec-fetch-dest': 'document' },
    { 'sec-fetch-mode': 'no-cors' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ];
  for (const more of evil) {
    const refused = await enter(hub, path, more);
    assert.deepEqual([refused.status, cookieOf(refused)], [403, ''], JSON.stringify(more));
  }
  const elsewhere = await askSite(hub, { label: 'ann-second', path }, framed(hub));
  assert.deepEqual([elsewhere.status, cookieOf(elsewhere)], [403, '']);
  const cookie = cookieOf(await enter(hub, path));
  assert.notEqual(cookie, '');
  const again = await enter(hub, path);
  assert.deepEqual([again.status, cookieOf(again)], [403, ''], 'somebody who read the address');
  const back = await enter(hub, path, { cookie });
  assert.deepEqual([back.status, cookieOf(back)], [303, ''], 'who was let in goes back to the page');
  const late = await openTicket(browser);
  hub.passTime(2);
  assert.equal((await enter(hub, late)).status, 403);
  for (const text of ['', 'a.b.c.d.e', late.split('=')[1] ?? ''])
    assert.equal((await enter(hub, `/-/frame?ticket=${text}`)).status, 403, text);
});

void test('what lets the frame in counts for the Space itself and for frames of the hub, and nowhere else', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  await hub.addRepo('ann/second', SPACE);
  const cookie = cookieOf(await enter(hub, await openTicket(browser)));
  const origin = `http://${LABEL}.localhost:${hub.port}`;
  const ask = async (headers: Readonly<Record<string, string>>, method = 'GET') =>
    (await askSite(hub, { label: LABEL, path: '/', method }, { cookie, ...headers })).status;
  assert.equal(await ask({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' }), 200);
  const { accept: _accept, ...frame } = framed(hub);
  assert.equal(await ask(frame), 200);
  for (const referer of ['http://evil.example/', `http://bob-demo.localhost:${hub.port}/`, ''])
    assert.equal(await ask({ ...frame, referer }), 401, `framed by ${referer}`);
  assert.equal(await ask({ ...frame, 'sec-fetch-site': 'same-site' }), 401, 'framed by another Space');
  assert.equal(await ask(frame, 'POST'), 401, 'a form of the frame');
  for (const site of ['same-site', 'cross-site'])
    for (const [mode, dest] of [
      ['no-cors', 'script'],
      ['cors', 'empty'],
      ['no-cors', 'image'],
      ['navigate', 'object'],
    ] as const)
      assert.equal(
        await ask({ ...frame, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': dest }),
        401,
        `${site} ${mode} ${dest}`,
      );
  assert.equal(await ask({ 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' }, 'POST'), 401);
  const second = await askSite(hub, { label: 'ann-second', path: '/' }, { cookie, ...frame });
  assert.equal(second.status, 401, 'another Space');
  // Neither of the two cookies is the other, whatever it is called.
  const [name = '', value = ''] = cookie.split('=');
  const asOther = `${name.replace(/frame$/, 'space')}=${value}`;
  assert.equal(await ask({ cookie: asOther, 'sec-fetch-site': 'none' }), 401);
  const { session } = await visitAs(hub, 'ann');
  const pass = signPass(hub.modules.keys, 'space-cookie', {
    ...{ label: LABEL, sessionId: session.id, at: hub.now(), browser: '' },
  });
  assert.equal(await ask({ ...frame, cookie: `${name.replace(/frame$/, 'space')}=${pass}` }), 401);
  assert.equal(await ask({ 'sec-fetch-site': 'same-origin', origin }, 'GET'), 200);
});

void test('who is not let in is told so in the frame, the same for every label, and after a sign-out at once', async () => {
  const { hub, browser } = await openHub();
  await using _hub = hub;
  const cookie = cookieOf(await enter(hub, await openTicket(browser)));
  assert.equal((await enter(hub, '/', { cookie })).status, 200);
  await browser.send('/sign-out', {});
  const texts = [];
  for (const label of [LABEL, 'ann-missing', 'bob-missing']) {
    const answer = await askSite(hub, { label, path: '/a' }, { cookie, ...framed(hub) });
    const { date: _date, 'x-request-id': _id, ...headers } = answer.headers;
    assert.match(String(headers['content-security-policy']), /frame-ancestors http:\/\/localhost:\d+$/);
    texts.push(JSON.stringify([answer.status, answer.text, headers]).replaceAll(label, 'label'));
  }
  assert.equal(new Set(texts).size, 1, texts.join('\n'));
  assert.match(texts[0] ?? '', /target=\\"_blank\\"/);
});

void test('a Space of somebody else waits until it is asked for, and what everybody may see needs no ticket', async () => {
  await using hub = await openServedHub({ access: 'anonymous' });
  for (const name of ['ann', 'bob']) await signInAs(hub, name);
  await hub.addRepo('ann/open', { ...SPACE, visibility: 'public' });
  await hub.addRepo('ann/shown', { ...SPACE, visibility: 'protected' });
  await hub.addRepo('ann/private', SPACE);
  const bob = new TestBrowser(hub);
  await bob.signIn('bob', PASSWORD);
  assert.equal((await bob.open('/spaces/ann/private?app=shown')).status, 404);
  for (const browser of [bob, new TestBrowser(hub)])
    for (const name of ['open', 'shown']) {
      assert.doesNotMatch((await browser.open(`/spaces/ann/${name}`)).body, /<iframe/);
      const asked = `/spaces/ann/${name}?app=shown`;
      // A link that somebody else made, or that was typed, is not the visitor who asks on the page.
      for (const site of ['none', 'cross-site', 'same-site'])
        assert.doesNotMatch((await browser.open(asked, { 'sec-fetch-site': site })).body, /<iframe/);
      const { body } = await browser.open(asked, { 'sec-fetch-site': 'same-origin' });
      assert.equal(frameIn(body), '/', name);
    }
  const { headers } = await askSite(hub, { label: 'ann-open', path: '/' }, framed(hub));
  assert.deepEqual(
    [headers['content-security-policy'], headers['set-cookie']],
    ['frame-ancestors *', undefined],
  );
});

void test('the policy stands beside that of a program, which can neither take it away nor set the cookie', async () => {
  await using opened = await openProgramHub({ visibility: 'private' });
  const { hub, runner, bearer } = opened;
  await runner.serve(await opened.begin(), (_request, response) => {
    response.setHeader('content-security-policy', "frame-ancestors *; script-src 'self'");
    response.setHeader('set-cookie', [
      `holdfast-${hub.port}-frame=forged; Path=/; SameSite=None; Secure; Partitioned`,
      'theirs=1',
    ]);
    response.end('a program');
  });
  await opened.becomes('RUNNING');
  const { text, headers } = await askSite(hub, { label: 'ann-demo', path: '/' }, bearer);
  assert.equal(text, 'a program');
  assert.equal(
    headers['content-security-policy'],
    `frame-ancestors *; script-src 'self', frame-ancestors 'self' http://localhost:${hub.port}`,
  );
  assert.deepEqual(headers['set-cookie'], ['theirs=1']);
});
