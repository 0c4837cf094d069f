// A static Space on an origin of its own.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';
import { askSite } from '../../harness/site.ts';

const HTML = '<!doctype html><title>demo</title>';
const FILES = {
  'index.html': HTML,
  'app.js': 'export {};',
  'docs/index.html': 'docs',
  '.env': 'KEY=1',
  'large.bin': 'x'.repeat(300_000),
};

async function openDemo(options: Parameters<typeof openServedHub>[0] = {}) {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub(options));
  const token = await hub.addUser('ann');
  await hub.addRepo('ann/demo', { type: 'space', visibility: 'public', sdk: 'static', files: FILES });
  opened.move();
  return { hub, bearer: { authorization: `Bearer ${token}` } };
}

/** The stage after an act. */
async function act(hub: ServedHub, what: string, bearer: Record<string, string>): Promise<string> {
  const answer = await fetch(`${hub.url}/api/spaces/ann/demo/${what}`, { method: 'POST', headers: bearer });
  const { stage } = (await answer.json()) as { stage: string };
  return stage;
}

void test('a Space shows its files under their own types, whole and in ranges', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  const ask = async (path: string, headers = {}) =>
    await askSite(hub, { label: 'ann-demo', path }, { ...bearer, ...headers });
  const page = await ask('/');
  assert.deepEqual([page.status, page.text], [200, HTML]);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(page.headers['content-disposition'], 'inline');
  // To somebody in particular: the hub's page may frame it, and no other.
  assert.equal(
    page.headers['content-security-policy'],
    `frame-ancestors 'self' http://localhost:${new URL(hub.url).port}`,
  );
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  assert.equal((await ask('/app.js?v=1')).headers['content-type'], 'text/javascript; charset=utf-8');
  const again = await ask('/', { 'if-none-match': String(page.headers['etag']) });
  assert.equal(again.status, 304);
  const part = await ask('/large.bin', { range: 'bytes=10-19' });
  assert.deepEqual([part.status, part.text], [206, 'x'.repeat(10)]);
  assert.equal((await ask('/large.bin')).text.length, 300_000);
  const head = await askSite(hub, { label: 'ann-demo', path: '/', method: 'HEAD' }, bearer);
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, String(HTML.length), '']);
});

void test('a folder has a page below its slash; what is hidden or not there is missing', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  const ask = async (path: string, headers = {}) =>
    await askSite(hub, { label: 'ann-demo', path }, { ...bearer, ...headers });
  const folder = await ask('/docs?a=b');
  assert.deepEqual([folder.status, folder.headers['location']], [303, '/docs/?a=b']);
  assert.equal((await ask('/docs/')).text, 'docs');
  for (const path of ['/.env', '/.gitattributes', '/nothing', '/api/models', '/healthz', '/-/nothing'])
    assert.equal((await ask(path)).status, 404, path);
  const page = await ask('/<b>', { accept: 'text/html' });
  assert.match(page.text, /^<!doctype html>[^]*There is no such file/);
});

void test('a page in a folder is shown there, where its relative links hold', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  const card = '---\nsdk: static\napp_file: dist/a b.html\n---\n';
  const files = { 'README.md': card, 'dist/a b.html': 'built' };
  await hub.addRepo('ann/built', { type: 'space', visibility: 'public', sdk: 'static', files });
  const ask = async (path: string) => await askSite(hub, { label: 'ann-built', path }, bearer);
  const root = await ask('/?x=/y?z');
  assert.deepEqual([root.status, root.headers['location']], [303, '/dist/a%20b.html?x=/y?z']);
  assert.equal((await ask('/dist/a%20b.html?x')).text, 'built');
});

void test('nothing but reading is answered on the origin of a Space', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const answer = await askSite(hub, { label: 'ann-demo', path: '/api/repos/create', method }, bearer);
    assert.equal(answer.status, 404, method);
  }
});

void test('a push changes what is shown; pausing hides it, and starting again shows it', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  const ask = async () => await askSite(hub, { label: 'ann-demo', path: '/' }, bearer);
  const askPage = async (language: string) =>
    await askSite(
      hub,
      { label: 'ann-demo', path: '/' },
      { ...bearer, accept: 'text/html', 'accept-language': language },
    );
  const file = { key: 'file', value: { path: 'index.html', content: 'second' } };
  const lines = [{ key: 'header', value: { summary: 'second' } }, file].map((line) => JSON.stringify(line));
  const pushed = await fetch(`${hub.url}/api/spaces/ann/demo/commit/main`, {
    method: 'POST',
    headers: { ...bearer, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  assert.equal(pushed.status, 200, await pushed.text());
  assert.equal((await ask()).text, 'second');
  assert.equal(await act(hub, 'pause', bearer), 'PAUSED');
  const paused = await ask();
  assert.equal(paused.status, 503);
  assert.match(paused.text, /paused/);
  const page = await askPage('pt-BR, en;q=0.5');
  assert.match(page.text, /<html lang="pt">[^]*Este Space está parado/);
  const style = /<style>([^]*?)<\/style>/.exec(page.text)?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  assert.match(
    String(page.headers['content-security-policy']),
    /^default-src 'none'; style-src 'sha256-[^' ]+'; frame-ancestors /,
  );
  assert.ok(
    String(page.headers['content-security-policy']).includes(`'sha256-${digest}'`),
    'its one style and no other',
  );
  assert.match((await askPage('de')).text, /<html lang="en">[^]*This Space is paused/);
  assert.equal(await act(hub, 'restart?factory=true', bearer), 'RUNNING');
  assert.equal((await ask()).text, 'second');
});

void test('what was never uploaded of a public Space is told where its files may be framed', async () => {
  const { hub, bearer } = await openDemo({ access: 'anonymous' });
  await using _hub = hub;
  const lost = `version https://git-lfs.github.com/spec/v1\noid sha256:${'b'.repeat(64)}\nsize 12345\n`;
  const files = { ...FILES, 'lost.bin': lost };
  await hub.addRepo('ann/lost', { type: 'space', visibility: 'public', sdk: 'static', files });
  const framers = async (path: string, headers = {}) => {
    const at = { label: 'ann-lost', path };
    const { status, headers: told } = await askSite(hub, at, { accept: 'text/html', ...headers });
    return [status, /frame-ancestors (.*)$/.exec(String(told['content-security-policy']))?.[1]];
  };
  assert.deepEqual(await framers('/'), [200, '*']);
  assert.deepEqual(await framers('/lost.bin'), [404, '*']);
  // What is told to somebody in particular stays in the hub's pages.
  assert.deepEqual(await framers('/lost.bin', bearer), [404, `http://localhost:${hub.port}`]);
});

void test('a Space that cannot be shown says why, to people and to clients', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  await hub.addRepo('ann/empty', { type: 'space', visibility: 'public', sdk: 'static' });
  await hub.addRepo('ann/program', { type: 'space', visibility: 'public', sdk: 'gradio' });
  const runtime = async (name: string) =>
    (await (await fetch(`${hub.url}/api/spaces/ann/${name}/runtime`, { headers: bearer })).json()) as {
      stage: string;
      errorMessage?: string;
      domains: { domain: string; stage: string }[];
    };
  assert.equal((await runtime('empty')).stage, 'NO_APP_FILE');
  assert.match((await runtime('empty')).errorMessage ?? '', /index\.html/);
  assert.equal((await runtime('program')).stage, 'CONFIG_ERROR');
  assert.match((await runtime('program')).errorMessage ?? '', /sdk: gradio/);
  assert.match((await askSite(hub, { label: 'ann-program', path: '/' }, bearer)).text, /sdk: gradio/);
  const portuguese = { ...bearer, accept: 'text/html', 'accept-language': 'pt-PT' };
  const { text } = await askSite(hub, { label: 'ann-program', path: '/' }, portuguese);
  assert.match(
    text,
    /Este Space não se pode mostrar\. Este hub serve Spaces estáticos; não corre os que têm/,
  );
  assert.doesNotMatch(text, /lang="en"|cannot|serves/);
  assert.deepEqual((await runtime('demo')).domains, [
    { domain: `ann-demo.localhost:${hub.port}`, stage: 'READY' },
  ]);
});

void test('reads of a private Space are on the ledger', async () => {
  const { hub, bearer } = await openDemo();
  await using _hub = hub;
  const { id } = await hub.addRepo('ann/quiet', { type: 'space', sdk: 'static', files: FILES });
  assert.equal((await askSite(hub, { label: 'ann-quiet', path: '/app.js' }, bearer)).status, 200);
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query(
    `select body::jsonb->>'path' as path from ledger.entry where kind = 'read.private' and subject = $1`,
    [`repo:${id}`],
  );
  assert.deepEqual(rows, [{ path: 'app.js' }]);
});

void test('where strangers may read, they see public Spaces', async () => {
  const { hub } = await openDemo({ access: 'anonymous' });
  await using _hub = hub;
  assert.equal((await askSite(hub, { label: 'ann-demo', path: '/' })).text, HTML);
});
