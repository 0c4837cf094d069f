// Pages of Spaces, as far as headers and HTML tell: who may do what on them, what reaches the vault, and what a log shows.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { type ServedHub } from '../../harness/served-hub.ts';
import { withPool } from '../../harness/shared-server.ts';
import { PASSWORD, signInAs } from '../../harness/sign-in.ts';
import { TestBrowser } from '../../harness/test-browser.ts';

const APP = '/spaces/ada/demo/settings/app';
const SECRET = '/spaces/ada/demo/settings/secret';
const ESCAPE = '\u001b';
const KEY = `sk-proj-${'a1B2'.repeat(20)}`;

async function browserOf(hub: ServedHub, name: string): Promise<TestBrowser> {
  await signInAs(hub, name);
  const browser = new TestBrowser(hub);
  await browser.signIn(name, PASSWORD);
  return browser;
}

async function openSpaces(): Promise<{ opened: ProgramHub; hub: ServedHub; ada: TestBrowser }> {
  const opened = await openProgramHub({ vault: true });
  const { hub } = opened;
  const ada = await browserOf(hub, 'ada');
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': 'print(1)' };
  await hub.addRepo('ada/demo', { type: 'space', sdk: 'gradio', visibility: 'public', files });
  opened.runner.able();
  return { opened, hub, ada };
}

void test('who may write to a Space sets its variables, limits and where it connects; nobody else sees the page', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  const space = { type: 'space', namespace: 'ada', name: 'demo' } as const;
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  const sent = async (action: string, fields: Readonly<Record<string, string>>) => {
    const answer = await ada.send(`${APP}?/${action}`, fields);
    assert.deepEqual([answer.status, answer.location], [303, APP], answer.body);
  };
  await sent('variable', { name: 'GREETING', value: '<b>hello</b>\r\nyou', description: 'what it says' });
  const page = await ada.open(APP);
  assert.match(page.body, /&lt;b>hello&lt;\/b>/);
  assert.doesNotMatch(page.body, /<b>hello/);
  assert.match((await ada.open(`${APP}?change=GREETING`)).body, /value="what it says"/);
  const refused = await ada.send(`${APP}?/variable`, { name: '2', value: 'typed before' });
  assert.equal(refused.status, 400);
  assert.match(refused.body, /typed before/);
  await sent('limits', { hardware: hub.modules.spaces.hardware.at(-1)?.name ?? '', sleep: '-1' });
  await sent('egress', { kind: 'list', hosts: ' api.example.org\r\nb.example.org ' });
  assert.deepEqual(await hub.modules.spaces.egress(actor, space), {
    kind: 'list',
    hosts: ['api.example.org', 'b.example.org'],
  });
  const { program } = await hub.modules.spaces.runtime(actor, space);
  assert.deepEqual(
    [program?.hardware, program?.sleepSeconds],
    [hub.modules.spaces.hardware.at(-1)?.name, null],
  );
  await sent('act', { act: 'pause' });
  assert.equal((await hub.modules.spaces.runtime(actor, space)).stage, 'PAUSED');
  await sent('act', { act: 'factory' });
  await sent('delete-variable', { name: 'GREETING' });
  assert.match((await ada.open(APP)).body, /There are no variables/);
  const bob = await browserOf(hub, 'bob');
  for (const path of [APP, SECRET, '/spaces/ada/demo/logs', '/spaces/ada/demo/logs/run'])
    assert.equal((await bob.open(path)).status, 403, path);
  for (const action of ['variable', 'limits', 'egress', 'act', 'delete-variable', 'delete-secret'])
    assert.equal((await bob.send(`${APP}?/${action}`, { name: 'X', kind: 'closed' })).status, 403, action);
  assert.doesNotMatch((await bob.open('/spaces/ada/demo')).body, /settings\/app|\/logs/);
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await ada.send(`${APP}?/act`, { act: 'pause' }, foreign)).status, 403);
});

void test('a secret goes from the form to the vault, and its value to no page; it is replaced and deleted', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  const kept = await ada.send(SECRET, {
    key: 'OPENAI_API_KEY',
    value: `${KEY}\r\n`,
    way: '',
    description: 'team',
  });
  assert.equal(kept.location, `${APP}?kept=OPENAI_API_KEY#secrets`, kept.body);
  const page = await ada.open(kept.location);
  assert.match(page.body, /api\.openai\.com/);
  assert.match(page.body, /brokered/);
  assert.match(page.body, /Recognised as a key of its provider/);
  assert.ok(!page.body.includes(KEY));
  const wrong = await ada.send(SECRET, {
    key: 'PLAIN',
    value: 'kept-from-pages-7391',
    way: 'brokered',
    hosts: '',
  });
  assert.equal(wrong.status, 400);
  assert.ok(!wrong.body.includes('kept-from-pages-7391'), 'nor when it is refused');
  assert.match(wrong.body, /value="PLAIN"/);
  const spoken = 'eine "Öse"\\ \u0416\t+&=%';
  assert.equal((await ada.send(SECRET, { key: 'PLAIN', value: spoken, way: 'variable' })).status, 303);
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  const facts = await hub.modules.secrets.list(actor, { namespace: 'ada', name: 'demo' });
  assert.deepEqual(
    facts.map(({ name, way, version }) => [name, way, version]),
    [
      ['OPENAI_API_KEY', 'brokered', 1],
      ['PLAIN', 'variable', 1],
    ],
  );
  assert.match((await ada.open(`${SECRET}?name=PLAIN`)).body, /readonly/);
  await ada.send(SECRET, { key: 'PLAIN', value: 'another', way: 'file', overlap: '3600' });
  assert.match((await ada.open(APP)).body, /version 2/);
  await ada.send(`${APP}?/delete-secret`, { name: 'PLAIN' });
  assert.doesNotMatch((await ada.open(APP)).body, /PLAIN/);
  assert.ok(!hub.lines.join('\n').includes(KEY));
});

void test('pages ask to rotate a secret that was seen in an answer, until it is another one', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  const set = async () => await ada.send(SECRET, { key: 'OPENAI_API_KEY', value: KEY, way: '' });
  await set();
  assert.doesNotMatch((await ada.open(APP)).body, /Seen in an answer/);
  await withPool(hub.database.superuser, async (pool) => {
    await pool.query('update vault.version set echoed_at = clock_timestamp()');
  });
  assert.match((await ada.open(APP)).body, /Seen in an answer to the app, which has the value now/);
  await set();
  assert.doesNotMatch((await ada.open(APP)).body, /Seen in an answer/);
});

void test('a secret asks for a fresh proof, comes from no other page, and has an end to its size', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  const wish = { key: 'A', value: 'b' };
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal((await ada.send(SECRET, wish, foreign)).status, 403);
  assert.equal((await new TestBrowser(hub).send(SECRET, wish)).location.split('?')[0], '/sign-in');
  assert.equal((await (await browserOf(hub, 'bob')).send(SECRET, wish)).status, 403);
  assert.ok((await ada.send(SECRET, { key: 'A', value: 'x'.repeat(40_000) })).status >= 400);
  hub.passTime(60);
  assert.doesNotMatch((await ada.open(SECRET)).body, /name="value"/);
  const late = await ada.send(SECRET, wish);
  assert.equal(late.location, `/account/prove?to=${encodeURIComponent(SECRET)}`);
  assert.match((await ada.open(APP)).body, /There are no secrets/);
});

void test('deleting a secret or a Space asks a session for a fresh proof, and a token for none', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  const space = { namespace: 'ada', name: 'demo' };
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  const byToken = (): Promise<typeof actor> => Promise.resolve(actor);
  await ada.send(SECRET, { key: 'FIRST', value: 'one' });
  await ada.send(SECRET, { key: 'SECOND', value: 'two' });
  hub.passTime(11);
  for (const page of [APP, '/spaces/ada/demo/settings']) {
    const action = page === APP ? 'delete-secret' : 'delete';
    const asked = await ada.send(`${page}?/${action}`, { name: 'FIRST', typed: 'ada/demo' });
    assert.equal(asked.location, `/account/prove?to=${encodeURIComponent(page)}`);
  }
  const left = await hub.modules.secrets.delete(byToken, space, 'FIRST');
  assert.deepEqual(
    left.map(({ name }) => name),
    ['SECOND'],
  );
  await hub.modules.changes.delete(byToken, { type: 'space', ...space });
  assert.equal((await ada.open('/spaces/ada/demo')).status, 404);
});

void test('a log is text: script and what commands a terminal stay words, with script and without', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  const { runner } = opened;
  const want = await runner.wanted('ada/demo');
  const texts = [
    `<script>document.title='ran'</script><img src=x onerror=alert(1)>`,
    '\u001b[31mred\u001b[0m \u001b]52;c;Y3VybA==\u0007\u001b]0;title\u0007\u202egnp.exe 10%\r20%',
  ];
  const at = new Date().toISOString();
  const lines = texts.map((text) => ({ at, text }));
  runner.say({ type: 'log', space: want.space, kind: 'build', fresh: false, lines });
  runner.status(want, 'BUILDING');
  const events = await follow(hub, ada, { path: '/spaces/ada/demo/logs/build', count: 3 });
  assert.deepEqual(
    events.filter((one) => one.text !== undefined).map(({ text }) => text),
    [texts[0], '20%'],
  );
  const page = await ada.open('/spaces/ada/demo/logs?of=build');
  assert.match(page.body, /&lt;script>document\.title/);
  assert.doesNotMatch(page.body, /<script>document|<img|\u202e/);
  assert.ok(!page.body.includes(ESCAPE));
  assert.match(
    String(page.headers['content-security-policy']),
    /connect-src [^;]*\/spaces\/ada\/demo\/logs\/build;/,
  );
  // The page of the Space has the log while it is built, for who may write.
  assert.match((await ada.open('/spaces/ada/demo')).body, /data-stage="BUILDING"/);
  const reads = (await new LedgerReader(hub.modules.db).listOfSubject(`repo:${want.space}`)).filter(
    ({ kind }) => kind === 'read.private',
  );
  assert.ok(reads.length > 0, 'who reads a log is on record');
  const headers = { 'sec-fetch-site': 'cross-site' };
  assert.equal((await ada.open('/spaces/ada/demo/logs/build', headers)).status, 401, 'from another site');
});

void test(
  'who follows a Space hears of it under whatever name it has by now',
  { timeout: 60_000 },
  async () => {
    const { opened, hub, ada } = await openSpaces();
    await using _opened = opened;
    const { runner } = opened;
    const want = await runner.wanted('ada/demo');
    runner.status(want, 'BUILDING');
    const path = '/spaces/ada/demo/logs/run';
    const stages = follow(hub, ada, { path, count: 2 });
    while (hub.streams.size === 0) await Promise.race([stages, delay(20)]);
    const { actor } = await hub.modules.authentication.authenticate(
      (await hub.addToken('ada', 'write')).text,
    );
    const space = { type: 'space', namespace: 'ada', name: 'demo' } as const;
    await hub.modules.changes.move(() => Promise.resolve(actor), space, { namespace: 'ada', name: 'other' });
    runner.status(await runner.wanted('ada/other'), 'BUILD_ERROR', { message: 'no' });
    assert.deepEqual(
      (await stages).map(({ stage }) => stage),
      ['BUILDING', 'BUILD_ERROR'],
    );
  },
);

/** The first events of a stream. */
async function follow(
  { port }: ServedHub,
  { cookies }: TestBrowser,
  { path, count }: { readonly path: string; readonly count: number },
): Promise<{ readonly text?: string; readonly stage?: string }[]> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { host: `localhost:${port}`, cookie, 'sec-fetch-site': 'same-origin' };
  const { promise, resolve, reject } = Promise.withResolvers<{ text?: string; stage?: string }[]>();
  const asked = request({ port, path, headers, agent: false }, (incoming) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const found = [...text.matchAll(/^data: (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as object);
      if (found.length < count) return;
      resolve(found);
      asked.destroy();
    });
    incoming.on('end', () => reject(new Error(`ended: ${incoming.statusCode} ${text}`)));
    incoming.on('error', () => undefined);
  });
  asked.on('error', () => undefined).end();
  return await promise;
}

void test('a Space is made by a page with a small app in it, and duplicated with its variables', async () => {
  const { opened, hub, ada } = await openSpaces();
  await using _opened = opened;
  assert.equal((await new TestBrowser(hub).open('/new/space')).location, '/sign-in?to=%2Fnew%2Fspace');
  const wish = { namespace: 'ada', name: 'hello', sdk: 'static', visibility: 'protected', start: 'yes' };
  assert.equal((await ada.send('/new/space', wish)).location, '/spaces/ada/hello');
  assert.match((await ada.open('/spaces/ada/hello/tree/main')).body, /index\.html/);
  const taken = await ada.send('/new/space', wish);
  assert.deepEqual([taken.status, /checked[^>]*|value="static"[^>]*checked/.test(taken.body)], [409, true]);
  assert.equal((await ada.send('/new/space', { ...wish, namespace: 'bob', name: 'x' })).status >= 400, true);
  assert.equal((await ada.send('/new/space', { ...wish, name: 'empty', start: '' })).status, 303);
  assert.doesNotMatch((await ada.open('/spaces/ada/empty/tree/main')).body, /index\.html/);
  await ada.send(`${APP}?/variable`, { name: 'KEPT', value: 'with it', description: '' });
  await ada.send(SECRET, { key: 'NOT_KEPT', value: 'in the vault', way: 'variable' });
  const copy = { namespace: 'ada', name: 'copy', visibility: 'private' };
  const made = await ada.send('/spaces/ada/demo/duplicate', copy);
  assert.equal(made.location, '/spaces/ada/copy', made.body);
  const settings = await ada.open('/spaces/ada/copy/settings/app');
  assert.match(settings.body, /with it/);
  assert.doesNotMatch(settings.body, /NOT_KEPT/);
  assert.equal((await ada.open('/ada/demo/duplicate')).status, 404);
});
