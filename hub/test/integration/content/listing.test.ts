// Listings, history, branches and tags through the served hub.
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql } from 'kysely';
import { file, openHubClient, type HubClient } from './hub-client.ts';

interface Item {
  readonly type: string;
  readonly path: string;
  readonly lastCommit?: { readonly title: string };
}

async function pagesOf(client: HubClient, url: string): Promise<Item[][]> {
  const pages: Item[][] = [];
  for (let next: string | undefined = client.hub.url + url; next !== undefined;) {
    const answer = await client.call('GET', next.slice(client.hub.url.length));
    assert.equal(answer.status, 200, answer.text);
    pages.push(answer.json as Item[]);
    next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return pages;
}

void test('listTree() gives each entry once over all pages, folders before what they hold', async () => {
  await using client = await openHubClient();
  const names = ['a/b/c.txt', 'a/b.txt', 'a.txt', 'a-b/x', 'z/y/x/w', 'ünï/çö.txt', 'a/b/d/e', 'b%2F', 'c d'];
  await client.mustCommit(...names.map((name) => file(name, name)));
  const whole = (await pagesOf(client, '/api/models/ann/m/tree/main?recursive=true')).flat();
  const files = whole.filter(({ type }) => type === 'file').map(({ path }) => path);
  assert.deepEqual(files.toSorted(), ['.gitattributes', ...names].toSorted());
  for (const limit of [1, 2, 3, 7]) {
    const pages = await pagesOf(client, `/api/models/ann/m/tree/main?recursive=true&limit=${limit}`);
    assert.ok(pages.every((page) => page.length <= limit));
    assert.deepEqual(pages.flat(), whole);
  }
  const seen = new Set<string>();
  for (const { path, type } of whole) {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    assert.ok(folder === '' || seen.has(folder), path);
    if (type === 'directory') seen.add(path);
  }
});

void test('listTree() takes folders and branches with encoded and with raw slashes', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('a/b/c.txt', ''));
  await client.post('/api/models/ann/m/branch/feature%2Fx', {});
  for (const path of [
    'main/a/b',
    'main/a%2Fb',
    'feature%2Fx/a/b',
    'feature/x/a/b',
    'refs%2Fheads%2Fmain/a/b',
    'HEAD/a/b/',
  ]) {
    const answer = await client.call('GET', `/api/models/ann/m/tree/${path}`);
    assert.deepEqual(
      (answer.json as Item[]).map((item) => item.path),
      ['a/b/c.txt'],
      path,
    );
  }
});

void test('listTree() goes on in the commit it began with, whatever happens to the branch', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('a', '1'), file('b', '1'), file('c', '1'));
  const first = await client.call('GET', '/api/models/ann/m/tree/main?limit=2');
  const next = /^<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  await client.mustCommit(
    { key: 'deletedFile', value: { path: 'b' } },
    { key: 'deletedFile', value: { path: 'c' } },
  );
  const second = await client.call('GET', next.slice(client.hub.url.length));
  assert.deepEqual(
    (second.json as Item[]).map(({ path }) => path),
    ['b', 'c'],
  );
});

void test('listTree() names the last commit of each entry when it is asked to', async () => {
  await using client = await openHubClient();
  const change = async (summary: string, path: string, revision = 'main') =>
    await client.commit([file(path, summary)], { header: { summary }, revision });
  await change('one', 'a/x.txt');
  await change('two', 'a/y.txt');
  await client.post('/api/models/ann/m/branch/side', {});
  await change('side', 'a/x.txt', 'side');
  await change('three', 'b.txt');
  const titles = async (path: string) => {
    const answer = await client.call('GET', `/api/models/ann/m/tree/${path}?expand=true`);
    return Object.fromEntries((answer.json as Item[]).map((item) => [item.path, item.lastCommit?.title]));
  };
  assert.deepEqual(await titles('main'), { '.gitattributes': 'initial commit', a: 'two', 'b.txt': 'three' });
  assert.deepEqual(await titles('main/a'), { 'a/x.txt': 'one', 'a/y.txt': 'two' });
  assert.deepEqual(await titles('side/a'), { 'a/x.txt': 'side', 'a/y.txt': 'two' });
});

void test('getPathsInfo() answers a form and JSON alike, and leaves out what is not there', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('a/x.txt', 'hi'));
  const path = '/api/models/ann/m/paths-info/main';
  const asForm = await client.call('POST', path, 'paths=a%2Fx.txt&paths=a&paths=no&expand=False', {
    'content-type': 'application/x-www-form-urlencoded',
  });
  const asJson = await client.post(path, { paths: ['a/x.txt', 'a/', 'no'], expand: false });
  assert.deepEqual(
    (asForm.json as Item[]).map(({ type, path: at }) => [type, at]),
    [
      ['file', 'a/x.txt'],
      ['directory', 'a'],
    ],
  );
  assert.deepEqual(asJson.json, asForm.json);
});

void test('listCommits() counts, pages, and escapes what it formats', async () => {
  await using client = await openHubClient();
  for (let n = 0; n < 5; n += 1)
    await client.commit([file('a', String(n))], { header: { summary: `<i>${n}</i>`, description: 'a & b' } });
  const pages = await pagesOf(client, '/api/models/ann/m/commits/main?limit=2&expand%5B%5D=formatted');
  assert.deepEqual(
    pages.map((page) => page.length),
    [2, 2, 2],
  );
  const [newest] = pages.flat() as unknown as {
    title: string;
    message: string;
    date: string;
    authors: unknown;
    formatted: unknown;
  }[];
  assert.equal(newest?.title, '<i>4</i>');
  assert.deepEqual(newest?.formatted, { title: '&lt;i&gt;4&lt;/i&gt;', message: 'a &amp; b' });
  assert.deepEqual(newest?.authors, [{ user: 'ann' }]);
  assert.match(newest?.date ?? '', /^\d{4}-\d\d-\d\dT.*Z$/);
});

void test('createBranch(), createTag() and their deletion show in refs', async () => {
  await using client = await openHubClient();
  const first = await client.mustCommit(file('a', '1'));
  const second = await client.mustCommit(file('a', '2'));
  const api = '/api/models/ann/m';
  await client.post(`${api}/branch/old`, { startingPoint: first });
  await client.post(`${api}/branch/none`, { emptyBranch: true });
  await client.post(`${api}/tag/${first}`, { tag: 'plain' });
  await client.post(`${api}/tag/main`, { tag: 'noted', message: 'a release' });
  const refs = async () => {
    const { json } = await client.call('GET', `${api}/refs?include_prs=1`);
    const { branches, tags } = json as Record<'branches' | 'tags', { name: string; targetCommit: string }[]>;
    return Object.fromEntries([...branches, ...tags].map((ref) => [ref.name, ref.targetCommit]));
  };
  const { none, ...known } = await refs();
  assert.deepEqual(known, { main: second, old: first, plain: first, noted: second });
  assert.ok(none !== undefined && none !== first);
  assert.deepEqual(await client.paths('none'), ['.gitattributes']);
  assert.equal(await client.text('a', 'noted'), '2');
  await client.post(`${api}/branch/old`, { startingPoint: 'noted', overwrite: true });
  assert.equal(await client.text('a', 'old'), '2');
  for (const path of ['branch/old', 'branch/none', 'tag/plain', 'tag/noted'])
    assert.equal((await client.call('DELETE', `${api}/${path}`)).status, 200);
  assert.deepEqual(await refs(), { main: second });
});

void test('superSquash() leaves the files and one commit', async () => {
  await using client = await openHubClient();
  const first = await client.mustCommit(file('a', '1'));
  await client.mustCommit(file('b/c', '2'));
  const { json } = await client.post('/api/models/ann/m/super-squash/main', { message: 'all of it' });
  const commits = await client.call('GET', '/api/models/ann/m/commits/main');
  assert.deepEqual(
    (commits.json as { id: string; title: string }[]).map(({ id, title }) => ({ id, title })),
    [{ id: (json as { commitId: string }).commitId, title: 'all of it' }],
  );
  assert.deepEqual(await client.paths(), ['.gitattributes', 'a', 'b/c']);
  const late = await client.commit([file('a', '3')], { header: { parentCommit: first } });
  assert.equal(late.status, 412);
  const { json: info } = await client.call('GET', '/api/models/ann/m');
  assert.equal((info as { sha: string }).sha, (json as { commitId: string }).commitId);
});

void test('preupload() decides by attributes, size and content, and knows what is there', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('same.txt', 'hello'), file('.gitignore', '*.log\n'));
  const sample = Buffer.from('plain text').toString('base64');
  const files = [
    { path: 'a.txt', size: 10, sample },
    { path: 'a.safetensors', size: 10, sample },
    { path: 'large.txt', size: 10_000_001, sample },
    { path: 'limit.txt', size: 10_000_000, sample },
    { path: 'binary', size: 10, sample: Buffer.from([0, 1, 2]).toString('base64') },
    { path: 'empty.bin', size: 0, sample: '' },
    { path: 'same.txt', size: 5, sample },
    { path: 'x.log', size: 5, sample },
  ];
  const ask = async (more: object) => {
    const { json } = await client.post('/api/models/ann/m/preupload/main', { files, ...more });
    return (json as { files: { path: string; uploadMode: string; shouldIgnore: boolean; oid?: string }[] })
      .files;
  };
  const answers = await ask({});
  assert.deepEqual(
    answers.map(({ uploadMode }) => uploadMode),
    ['regular', 'lfs', 'lfs', 'regular', 'lfs', 'regular', 'regular', 'regular'],
  );
  assert.deepEqual(
    answers.filter(({ shouldIgnore }) => shouldIgnore).map(({ path }) => path),
    ['x.log'],
  );
  assert.equal(answers[6]?.oid, 'b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0');
  const given = await ask({ gitAttributes: '*.txt filter=lfs\n', gitIgnore: 'a.*\n' });
  assert.deepEqual(
    given.filter(({ uploadMode }) => uploadMode === 'lfs').map(({ path }) => path),
    ['a.txt', 'large.txt', 'limit.txt', 'binary', 'same.txt'],
  );
  assert.deepEqual(
    given.filter(({ shouldIgnore }) => shouldIgnore).map(({ path }) => path),
    ['a.txt', 'a.safetensors'],
  );
});

void test('preupload reads the rules of the folders that files go to', async () => {
  await using client = await openHubClient();
  await client.mustCommit(
    file('plain/.gitattributes', '*.bin -filter\n'),
    file('plain/deep/.gitattributes', 'x.* filter=lfs\n'),
    file('other/.gitattributes', '*.txt filter=lfs\n'),
  );
  const sample = Buffer.from('text').toString('base64');
  const paths = ['a.bin', 'plain/a.bin', 'plain/new/a.bin', 'plain/deep/x.bin', 'other/a.txt', 'other.txt'];
  const { json } = await client.post('/api/models/ann/m/preupload/main', {
    files: paths.map((path) => ({ path, size: 5, sample })),
  });
  assert.deepEqual(
    (json as { files: { uploadMode: string }[] }).files.map(({ uploadMode }) => uploadMode),
    ['lfs', 'regular', 'regular', 'lfs', 'lfs', 'regular'],
  );
});

void test('listTree() of a private repository is on the ledger before it is answered, once an hour', async () => {
  await using client = await openHubClient();
  for (let n = 0; n < 3; n += 1) await client.call('GET', '/api/models/ann/m/tree/main');
  const { rows } = await sql<{
    body: string;
  }>`select body from ledger.entry where kind = 'read.private'`.execute(client.hub.modules.db.withTables());
  assert.equal(rows.length, 1);
  assert.equal((JSON.parse(rows[0]?.body ?? '') as { path: string }).path, '');
});

void test('listRefs() of a private repository is on the ledger before it is answered', async () => {
  await using client = await openHubClient();
  assert.equal((await client.call('GET', '/api/models/ann/m/refs')).status, 200);
  const { rows } = await sql<{ subject: string; body: string }>`
    select subject, body from ledger.entry where kind = 'read.private'`.execute(
    client.hub.modules.db.withTables(),
  );
  assert.deepEqual(
    rows.map(({ subject }) => subject),
    [`repo:${client.repoId}`],
  );
});
