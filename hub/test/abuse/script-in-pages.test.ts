// Somebody puts script into everything that pages show: names of people, programs, branches and files, cards, messages, pictures that
// are programs, tables, notebooks, headers of weights, logs, what is searched for, and with that into the ledger. A real browser, in
// which the reader is signed in, looks at all of it, and nothing runs. And pages elsewhere try to use the reader's cookie.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { commitFiles } from '../harness/commit-files.ts';
import { ggufOf, safetensorsOf } from '../harness/example-files.ts';
import { HOSTILE_PARQUET } from '../harness/hostile-parquet.ts';
import { ATTACKS, LOGGED, nameBadly, RUN, sayBadly } from '../harness/hostile-words.ts';
import { openProgramHub } from '../harness/program-hub.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { BROWSER, PASSWORD, signInAs, visitAs } from '../harness/sign-in.ts';

const NAME = `x<img src=x onerror=alert(1)>'"&.txt`;
const NOTEBOOK = {
  metadata: { language_info: { name: 'python' } },
  cells: [
    { cell_type: 'markdown', source: ATTACKS.join('\n\n') },
    { cell_type: 'raw', source: ATTACKS.join('\n') },
    {
      cell_type: 'code',
      execution_count: ATTACKS[0],
      source: ATTACKS.join('\n'),
      outputs: [
        ...[
          'text/html',
          'text/markdown',
          'text/plain',
          'image/png',
          'image/svg+xml',
          'application/javascript',
        ].map((type) => ({ output_type: 'display_data', data: { [type]: ATTACKS.join('\n') } })),
        { output_type: 'stream', name: ATTACKS[0], text: ATTACKS.join('\n') },
        { output_type: 'error', ename: ATTACKS[1], evalue: ATTACKS[2], traceback: ATTACKS },
      ],
    },
  ],
};
/** Files that the reader's browser looks into, each with script wherever there is text. */
const VIEWED: Readonly<Record<string, string | Uint8Array>> = {
  'bad.csv': `${ATTACKS.map(quoted).join(',')}\n${ATTACKS.map(quoted).join(',')}\n`,
  'bad.jsonl': `${JSON.stringify(Object.fromEntries(ATTACKS.map((one) => [one, one])))}\n`,
  'bad.json': JSON.stringify([{ [ATTACKS[1]]: ATTACKS }]),
  'bad.ipynb': JSON.stringify(NOTEBOOK),
  'bad.parquet': Buffer.from(HOSTILE_PARQUET, 'base64'),
  'bad.safetensors': safetensorsOf(
    {
      __metadata__: { [ATTACKS[0]]: ATTACKS[1] },
      [ATTACKS[1]]: { dtype: ATTACKS[0], shape: [1], data_offsets: [0, 1] },
    },
    8,
  ),
  'bad.gguf': ggufOf({ name: ATTACKS[0], value: ATTACKS[1], tensor: ATTACKS[2] ?? '' }),
};
const MESSAGE = `<script>${RUN}</script>"><img src=x onerror=${RUN}>`;

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

interface Scene {
  readonly token: string;
  readonly value: string;
}

async function openScene(hub: ServedHub): Promise<Scene> {
  const { identity } = hub.modules;
  const wish = { name: 'ada', email: 'ada@example.org', administrator: true, password: PASSWORD };
  if ((await identity.findByName('ada')) === undefined) await identity.createUser(OPERATOR, wish);
  const { value: secret } = await signInAs(hub, 'ada');
  const value = secret.reveal('to send it as a browser does');
  const { text: token } = await hub.addToken('ada', 'write');
  const card = `---\ntags: ['<script>${RUN}</script>']\nlicense: mit\n---\n${ATTACKS.join('\n\n')}\n`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>${RUN}</script></svg>`;
  const html = `<!doctype html><script>${RUN}</script>`;
  await hub.addRepo('ada/bad', {
    files: { 'README.md': card, 'a.svg': svg, 'a.html': html, 'notes.md': ATTACKS.join('\n\n'), 'a.js': RUN },
  });
  const lines = [
    { key: 'header', value: { summary: MESSAGE, description: MESSAGE } },
    { key: 'file', value: { path: NAME, content: ATTACKS.join('\n') } },
  ];
  const answer = await fetch(`${hub.url}/api/models/ada/bad/commit/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  assert.equal(answer.status, 200, await answer.text());
  await commitFiles(hub, { repo: 'ada/bad', token, files: VIEWED });
  return { token, value };
}

/** What programs and browsers call themselves, what tokens are named, and why one was revoked. */
async function listOverseen(hub: ServedHub): Promise<string[]> {
  const { tokens, signIn, centre } = hub.modules;
  const [, attack, ...others] = ATTACKS;
  await signIn.withPassword({ name: 'ada', password: PASSWORD }, { ...BROWSER, client: attack });
  const wish = { user: 'ada', name: attack, grant: { role: 'read' } } as const;
  const { token, text } = await tokens.issue(OPERATOR, wish);
  const authorization = `Bearer ${text.reveal('to send it')}`;
  await fetch(`${hub.url}/api/whoami-v2`, { headers: { authorization, 'user-agent': attack } });
  const { actor } = await visitAs(hub, 'ada');
  await tokens.revoke(actor, token.id, others.join(' ').slice(0, 500));
  // Of which the names are hostile, too.
  const theirs = '/security/organizations/acme';
  const { items } = await centre.ledger.list(actor, { subject: `token:${token.id}` }, { limit: 5 });
  return [
    ...['/security', '/security/users', '/security/sessions', '/security/tokens', '/security/mail'],
    `/security/users?name=${encodeURIComponent(attack)}`,
    `/security/ledger?kind=${encodeURIComponent(attack)}&since=${encodeURIComponent(attack)}`,
    `/security/ledger?live=1&kind=${encodeURIComponent(attack)}&from=0`,
    ...items.map(({ hash }) => `/security/ledger/${hash}`),
    ...[theirs, `${theirs}/members`, `${theirs}/doors`],
    `${theirs}/ledger?live=1&from=0`,
    `${theirs}/ledger?live=1&from=0&kind=${encodeURIComponent(attack)}`,
    `${theirs}/ledger?subject=${encodeURIComponent(attack)}`,
  ];
}

async function listPlaces(hub: ServedHub, { token }: Scene): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}` };
  const commits = (await (await fetch(`${hub.url}/api/models/ada/bad/commits/main`, { headers })).json()) as {
    id: string;
  }[];
  return [
    '/',
    '/models',
    `/models?search=${encodeURIComponent(ATTACKS[0])}&tag=${encodeURIComponent(ATTACKS[1])}`,
    `/search?q=${encodeURIComponent(ATTACKS[1])}`,
    '/ada/bad',
    '/ada/bad/tree/main',
    `/ada/bad/blob/main/${encodeURIComponent(NAME)}`,
    '/ada/bad/blob/main/notes.md',
    '/ada/bad/blob/main/notes.md?plain',
    '/ada/bad/blob/main/a.svg',
    '/ada/bad/blob/main/a.html',
    ...Object.keys(VIEWED).map(
      (name) => `/ada/bad/blob/main/${name}${name.endsWith('.json') ? '?table' : ''}`,
    ),
    ...['edit', 'delete'].map((word) => `/ada/bad/${word}/main/${encodeURIComponent(NAME)}`),
    `/ada/bad/new/main/${encodeURIComponent(NAME)}`,
    `/ada/bad/upload/main/${encodeURIComponent(NAME)}`,
    '/ada/bad/commits/main',
    ...commits.map(({ id }) => `/ada/bad/commit/${id}`),
    `/ada/bad/tree/${encodeURIComponent(ATTACKS[0])}`,
    '/ada/bad/refs',
    ...(await listOverseen(hub)),
  ];
}

/** Opens a page, and waits for what script draws on it. */
async function openWhole(page: Page, place: string): Promise<void> {
  await page.goto(place);
  // A log goes on, and the network is never quiet. All its lines are there once script has drawn them.
  if ((await page.locator('[data-log]').count()) > 0) {
    await page.locator('[data-says]:not(:empty)').waitFor();
    await page
      .locator('.lines code')
      .nth(LOGGED - 1)
      .waitFor();
    return;
  }
  await page.waitForLoadState('networkidle');
  // What a view draws is there when it is drawn.
  if ((await page.locator('[data-view]').count()) > 0)
    await page.locator('.wide-table td, .cell').first().waitFor();
}

void test('nothing of what people wrote runs on a page, and nothing is asked of another host', async () => {
  await using opened = await openProgramHub({ vault: true });
  const { hub } = opened;
  const scene = await openScene(hub);
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  await window.context.addCookies([cookieOf(hub, scene.value)]);
  const page = await window.context.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('dialog', () => assert.fail('a dialog opened'));
  const said = [...(await nameBadly(hub, scene.token)), ...(await sayBadly(opened, scene.token))];
  for (const place of [...(await listPlaces(hub, scene)), ...said]) {
    asked.length = 0;
    await openWhole(page, place);
    assert.ok(!page.url().includes('/sign-in'), place);
    assert.notEqual(await page.title(), 'ran', place);
    assert.equal(await page.locator('main').isVisible(), true, place);
    // It is the page that is followed, and not one which says that there is no such thing.
    if (place.includes('live=1'))
      assert.equal(await page.locator('[data-entries][data-next]').count(), 1, place);
    if (place.endsWith('/ledger?live=1&from=0'))
      assert.notEqual(await page.locator('[data-entry]').count(), 0, place);
    for (const link of await page.getByText('click here').all()) {
      await link.click();
      assert.notEqual(await page.title(), 'ran', place);
    }
    // What is asked with the reader's cookie beside the page itself.
    const ran = asked.slice(1).filter((url) => url.endsWith('/account') || url.includes('evil'));
    assert.deepEqual(ran, [], place);
    const flaws = await page.evaluate(
      `[...document.querySelectorAll('main *')].flatMap((one) => [...one.attributes]
        .filter(({ name, value }) => /^on|^style$|^srcdoc$/.test(name) || /^\\s*javascript:/i.test(value))
        .map(({ name }) => one.tagName + ' ' + name)
        .concat(/^(SCRIPT|IFRAME|STYLE|BASE|META|OBJECT|EMBED)$/.test(one.tagName) ? [one.tagName] : []))`,
    );
    assert.deepEqual(flaws, [], place);
  }
});

void test('a file that is a program runs nowhere on the host of the hub', async () => {
  await using hub = await openServedHub();
  const { value } = await openScene(hub);
  for (const name of ['a.svg', 'a.html', 'a.js']) {
    const answer = await download(hub, value, { path: name });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(answer.headers.get('content-security-policy'), 'sandbox');
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/);
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
  }
});

void test('a cookie opens a file for our pages and for who goes there, and for no part of another page', async () => {
  await using hub = await openServedHub();
  const { value } = await openScene(hub);
  const status = async (headers: Record<string, string>): Promise<number> =>
    (await download(hub, value, { path: 'notes.md', headers })).status;
  assert.equal(await status({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' }), 200);
  assert.equal(await status({ 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }), 200);
  const going = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  assert.equal(await status({ 'sec-fetch-site': 'cross-site', ...going }), 200);
  for (const site of ['same-site', 'cross-site'])
    for (const rest of [
      { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ])
      assert.equal(
        await status({ 'sec-fetch-site': site, ...rest }),
        401,
        `${site} ${rest['sec-fetch-dest']}`,
      );
});

function cookieOf(hub: ServedHub, value: string) {
  return { name: `holdfast-${hub.port}-session`, value, domain: 'localhost', path: '/' };
}

/** Not by `fetch`, which says itself where it asks from. */
async function download(
  hub: ServedHub,
  value: string,
  { path, headers = {} }: { path: string; headers?: Record<string, string> },
): Promise<{ status: number; headers: Headers }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; headers: Headers }>();
  const at = { host: '127.0.0.1', port: hub.port, path: `/ada/bad/download/main/${path}` };
  const sent = { ...headers, host: `localhost:${hub.port}`, cookie: `${cookieOf(hub, value).name}=${value}` };
  request({ ...at, headers: sent, agent: false }, (answer) => {
    const given = Object.entries(answer.headers).map(
      ([name, one]) => [name, String(one)] as [string, string],
    );
    answer.resume();
    answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: new Headers(given) }));
  })
    .on('error', reject)
    .end();
  return await promise;
}
