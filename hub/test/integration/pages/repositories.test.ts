// Pages of repositories, as far as headers and HTML tell: who sees what, what is recorded, and what settings change.
import assert from 'node:assert/strict';
import test from 'node:test';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { commit, regularFile } from '../../harness/lfs.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser, type PageAnswer } from '../../harness/test-browser.ts';

async function openHub(options: Parameters<typeof openServedHub>[0] = {}) {
  const hub = await openServedHub(options);
  await hub.addUser('nobody');
  const ada = await browserOf(hub, 'ada');
  const secret = await hub.addRepo('ada/secret', { files: { 'README.md': '# Kept\n', 'a.txt': 'kept' } });
  await hub.addRepo('ada/open', { visibility: 'public', files: { 'README.md': '# Open\n' } });
  return { hub, ada, secret };
}

async function browserOf(hub: ServedHub, name: string): Promise<TestBrowser> {
  await signInAs(hub, name);
  const browser = new TestBrowser(hub);
  await browser.signIn(name, PASSWORD);
  return browser;
}

const PARTS = [
  '',
  '/tree/main',
  '/blob/main/README.md',
  '/download/main/README.md',
  '/commits/main',
  '/refs',
  '/settings',
];

void test('to a stranger a private repository looks like one that is not there, on every page', async () => {
  const { hub } = await openHub();
  await using _hub = hub;
  const bob = await browserOf(hub, 'bob');
  const shown = ({ status, body, location }: PageAnswer, name: string) => ({
    status,
    said: `${location} ${body}`.replaceAll(name, 'NAME').replaceAll(/[0-9a-f]{16,}/g, 'ID'),
  });
  for (const browser of [bob, new TestBrowser(hub)])
    for (const part of PARTS) {
      const there = shown(await browser.open(`/ada/secret${part}`), 'secret');
      const missing = shown(await browser.open(`/ada/nosuch${part}`), 'nosuch');
      assert.deepEqual(there, missing, part);
      assert.ok([303, 401, 404].includes(there.status), `${part} ${there.status}`);
    }
  for (const page of ['/', '/models', '/search?q=secret', '/ada'])
    assert.doesNotMatch((await bob.open(page)).body, /ada\/<\/span><strong>secret/, page);
  assert.match((await bob.open('/models')).body, /<strong>open<\/strong>/);
});

void test('who is not signed in is asked to, and comes back; a hub that is open shows what is public', async () => {
  const { hub } = await openHub();
  await using _hub = hub;
  const visitor = new TestBrowser(hub);
  assert.equal((await visitor.open('/ada/open')).location, '/sign-in?to=%2Fada%2Fopen');
  assert.equal((await visitor.open('/models?sort=likes')).location, '/sign-in?to=%2Fmodels%3Fsort%3Dlikes');
  const { hub: open } = await openHub({ access: 'anonymous' });
  await using _open = open;
  assert.match((await new TestBrowser(open).open('/ada/open')).body, /<h1 id="card-open">Open<\/h1>/);
  assert.equal((await new TestBrowser(open).open('/ada/open/download/main/README.md')).body, '# Open\n');
});

void test('what is read of a private repository on a page is on the ledger', async () => {
  const { hub, ada, secret } = await openHub();
  await using _hub = hub;
  for (const part of ['', '/tree/main', '/blob/main/a.txt'])
    assert.equal((await ada.open(`/ada/secret${part}`)).status, 200);
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${secret.id}`);
  const reads = entries.filter(({ kind }) => kind === 'read.private');
  assert.deepEqual(
    reads.map(({ body }) => (JSON.parse(body) as { path: string }).path),
    ['README.md', '', 'a.txt'],
  );
});

void test('who administers a repository hides, renames and deletes it; nobody else, and from no other page', async () => {
  const { hub, ada } = await openHub();
  await using _hub = hub;
  const bob = await browserOf(hub, 'bob');
  assert.doesNotMatch((await bob.open('/ada/open')).body, /\/ada\/open\/settings/);
  for (const path of ['?/visibility', '?/move', '?/delete']) {
    const fields = { visibility: 'private', namespace: 'bob', name: 'mine', typed: 'ada/open' };
    assert.equal((await bob.send(`/ada/open/settings${path}`, fields)).status, 403, path);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    assert.equal((await ada.send(`/ada/open/settings${path}`, fields, foreign)).status, 403, path);
  }
  assert.equal((await bob.open('/ada/open')).status, 200);
  assert.equal((await ada.send('/ada/open/settings?/visibility', { visibility: 'private' })).status, 303);
  assert.equal((await bob.open('/ada/open')).status, 404);
  const moved = await ada.send('/ada/open/settings?/move', { namespace: 'ada', name: 'other' });
  assert.equal(moved.location, '/ada/other/settings');
  assert.equal((await ada.open('/ada/open/tree/main')).location, '/ada/other/tree/main');
  const differs = await ada.send('/ada/other/settings?/delete', { typed: 'ada/open' });
  assert.equal(differs.status, 400);
  assert.match(differs.body, /Nothing was deleted/);
  hub.passTime(11);
  const settings = '/ada/other/settings';
  const asked = await ada.send(`${settings}?/delete`, { typed: 'ada/other' });
  assert.equal(asked.location, `/account/prove?to=${encodeURIComponent(settings)}`);
  assert.equal((await ada.open('/ada/other')).status, 200);
  const proved = await ada.send(asked.location, { password: PASSWORD });
  assert.equal(proved.location, settings);
  assert.equal((await ada.send(`${settings}?/delete`, { typed: 'ada/other' })).location, '/models');
  assert.equal((await ada.open('/ada/other')).status, 404);
});

void test('who administers a repository gives it to an organisation of theirs by its page, and to nobody else', async () => {
  const { hub, ada } = await openHub();
  await using _hub = hub;
  await browserOf(hub, 'bob');
  await hub.modules.identity.createOrg(OPERATOR, { name: 'lab', owner: 'ada' });
  const give = async (namespace: string) =>
    await ada.send('/ada/open/settings?/move', { namespace, name: 'open' });
  const refused = await give('bob');
  assert.equal(refused.status, 403);
  assert.equal((await ada.open('/ada/open')).status, 200, 'it stays where it was');
  assert.match((await ada.open('/ada/open/settings')).body, /<option>lab<\/option>/);
  assert.equal((await give('lab')).location, '/lab/open/settings');
  assert.equal((await ada.open('/lab/open')).status, 200);
  assert.equal((await ada.open('/ada/open/tree/main')).location, '/lab/open/tree/main');
});

void test('a person and an organisation have a page, under their name as it is written', async () => {
  const { hub, ada } = await openHub();
  await using _hub = hub;
  const page = await ada.open('/ada');
  assert.match(page.body, /<strong>secret<\/strong>/);
  assert.equal((await ada.open('/ADA')).location, '/ada');
  assert.equal((await ada.open('/nosuch')).status, 404);
  assert.equal((await ada.open('/api')).headers['x-error-code'], 'RequestNoSuchRoute');
  // A name that is kept from everybody but whom the first start makes has pages like any other.
  assert.equal((await ada.open('/admin/model')).headers['x-error-code'], 'RequestNoSuchRoute');
  const first = { kind: 'system', part: 'start' } as const;
  const wish = { name: 'admin', email: 'admin@example.org', administrator: true, password: PASSWORD };
  await hub.modules.identity.createUser(first, wish);
  const admin = await browserOf(hub, 'admin');
  await hub.addRepo('admin/model', { files: { 'README.md': '# Theirs' } });
  assert.match((await admin.open('/admin/model')).body, /Theirs/);
  assert.equal((await admin.open('/admin')).status, 200);
});

void test('a form that is refused for what it says goes on from the commit that it was made from', async () => {
  const { hub, ada } = await openHub();
  await using _hub = hub;
  const { text: token } = await hub.addToken('ada', 'write');
  const parentIn = ({ body }: PageAnswer): string =>
    /name="parent" value="([0-9a-f]{40})"/.exec(body)?.[1] ?? '';
  const page = '/ada/open/edit/main/README.md';
  const parent = parentIn(await ada.open(page));
  assert.notEqual(parent, '');
  // Somebody else is first, and then the text is refused: the next press must not write over theirs unseen.
  await commit(hub, { token, repo: 'ada/open' }, [regularFile('README.md', '# Theirs')]);
  const refused = await ada.send(page, { parent, text: `# Mine ${token}`, summary: '' });
  assert.equal(refused.status, 400, refused.body);
  assert.equal(parentIn(refused), parent);
  const again = await ada.send(page, { parent: parentIn(refused), text: '# Mine', summary: '' });
  assert.equal(again.status, 409);
});

void test('a text keeps the byte order mark and the ends of lines that it had when it is edited', async () => {
  const { hub, ada } = await openHub();
  await using _hub = hub;
  await hub.addRepo('ada/marked', { files: { 'README.md': '\ufeff# Before\r\n' } });
  const page = '/ada/marked/edit/main/README.md';
  const { body } = await ada.open(page);
  const parent = /name="parent" value="([0-9a-f]{40})"/.exec(body)?.[1] ?? '';
  const edited = await ada.send(page, { parent, text: '# After\r\n', summary: '' });
  assert.equal(edited.status, 303, edited.body);
  const { body: after } = await ada.open('/ada/marked/download/main/README.md');
  assert.equal(after, '\ufeff# After\r\n');
});

void test('downloads are drawn by the day, for who may read the files and for nobody else', async () => {
  const { hub, ada } = await openHub();
  await using _hub = hub;
  const repo = await hub.addRepo('ada/asked', { visibility: 'public', files: { 'a.txt': 'a' } });
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  const address = { type: 'model' as const, namespace: 'ada', name: 'asked' };
  await hub.modules.changes.changeSettings(() => Promise.resolve(actor), address, { gated: 'manual' });
  assert.doesNotMatch((await ada.open('/ada/asked')).body, /class="chart"/, 'nothing is drawn of nothing');
  const count = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) hub.modules.downloads.note(repo.id);
    await hub.modules.downloads.flush();
  };
  await count(9);
  hub.passTime(30 * 24 * 60);
  await count(2);
  hub.passTime(24 * 60);
  await count(3);
  await ada.signIn('ada', PASSWORD);
  const { body } = await ada.open('/ada/asked');
  assert.match(body, /role="img" aria-label="Downloads by the day\. 5 in 30 days, 3 on the busiest\."/);
  assert.equal(body.match(/<rect/g)?.length, 2, 'a day without downloads has no bar');
  assert.match(
    body,
    /<th scope="row">[^<]+<\/th><td>3<\/td><\/tr>(?:<!--.*?-->)*<\/tbody>/,
    'today is the last row',
  );
  const portuguese = await ada.open('/ada/asked', { 'accept-language': 'pt' });
  assert.match(portuguese.body, /Transferências por dia\. 5 em 30 dias/);
  const bob = await browserOf(hub, 'bob');
  const { body: outside } = await bob.open('/ada/asked');
  assert.match(outside, /given on request/);
  assert.doesNotMatch(outside, /class="chart"/);
});
