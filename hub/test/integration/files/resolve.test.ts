// `resolve` and `raw`: the headers and bytes that clients of every era rely on.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before } from 'node:test';
import { LedgerReader } from '../../../src/modules/ledger/index.ts';
import { askOne, commit, regularFile, sampleOf, uploadFile } from '../../harness/lfs.ts';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';

const large = sampleOf(300_000);
const text = 'hello, holdfast\n';
let hub: ServedHub;
let token: string;
let head: string;

before(async () => {
  hub = await openServedHub();
  token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const to = { token, repo: 'ada/model' };
  await uploadFile(hub, { ...to, sample: large, path: 'weights/model.safetensors' });
  head = await commit(hub, to, [
    regularFile('config.json', text),
    regularFile('empty.txt', ''),
    regularFile('page.html', '<script>alert(1)</script>'),
    regularFile('ünï/模型 100%.txt', text),
  ]);
});

after(async () => {
  await hub[Symbol.asyncDispose]();
});

async function ask(path: string, init: { method?: string; headers?: Record<string, string> } = {}) {
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'identity', ...init.headers };
  return await fetch(`${hub.url}/ada/model/${path}`, { ...init, headers, redirect: 'manual' });
}

function gitBlobId(content: string): string {
  return createHash('sha1')
    .update(`blob ${Buffer.byteLength(content)}\0${content}`)
    .digest('hex');
}

void test('resolve answers a regular file with its git id, its commit and exactly its bytes', async () => {
  const answer = await ask('resolve/main/config.json');
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), text);
  assert.equal(answer.headers.get('etag'), `"${gitBlobId(text)}"`);
  assert.equal(answer.headers.get('x-repo-commit'), head);
  assert.equal(answer.headers.get('content-length'), String(text.length));
  assert.equal(answer.headers.get('accept-ranges'), 'bytes');
  assert.equal(answer.headers.get('content-encoding'), null);
  assert.equal(answer.headers.get('x-linked-etag'), null);
  assert.equal(answer.headers.get('x-linked-size'), null);
});

void test('resolve answers a large file with its SHA-256, and links it', async () => {
  for (const method of ['GET', 'HEAD']) {
    const answer = await ask('resolve/main/weights/model.safetensors', { method });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('etag'), `"${large.oid}"`);
    assert.equal(answer.headers.get('x-linked-etag'), `"${large.oid}"`);
    assert.equal(answer.headers.get('x-linked-size'), String(large.size));
    assert.equal(answer.headers.get('content-length'), String(large.size));
    assert.equal(answer.headers.get('x-repo-commit'), head);
    const body = Buffer.from(await answer.arrayBuffer());
    assert.equal(body.length, method === 'GET' ? large.size : 0);
    if (method === 'GET') assert.ok(body.equals(large.bytes));
  }
});

void test('raw answers a large file with its pointer', async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${large.oid}\nsize ${large.size}\n`;
  const answer = await ask('raw/main/weights/model.safetensors');
  assert.equal(await answer.text(), pointer);
  assert.equal(answer.headers.get('etag'), `"${gitBlobId(pointer)}"`);
  assert.equal(answer.headers.get('x-linked-etag'), null);
  assert.equal((await ask('raw/main/nothing', { method: 'HEAD' })).status, 404);
});

void test('resolve answers ranges of files in git and in the store', async () => {
  for (const [path, bytes] of [
    ['resolve/main/config.json', Buffer.from(text)],
    ['resolve/main/weights/model.safetensors', large.bytes],
  ] as const) {
    const ranged = async (range: string) => await ask(path, { headers: { range } });
    const first = await ranged('bytes=0-0');
    assert.equal(first.status, 206);
    assert.equal(first.headers.get('content-range'), `bytes 0-0/${bytes.length}`);
    assert.ok(Buffer.from(await first.arrayBuffer()).equals(bytes.subarray(0, 1)));
    const rest = await ranged('bytes=5-');
    assert.ok(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(5)));
    const last = await ranged('bytes=-3');
    assert.ok(Buffer.from(await last.arrayBuffer()).equals(bytes.subarray(-3)));
    const outside = await ranged(`bytes=${bytes.length}-`);
    assert.equal(outside.status, 416);
    assert.equal(outside.headers.get('content-range'), `bytes */${bytes.length}`);
    const several = await ranged('bytes=0-1,4-5');
    assert.equal(several.status, 206);
    assert.match(several.headers.get('content-type') ?? '', /^multipart\/byteranges; boundary=/);
    const body = Buffer.from(await several.arrayBuffer());
    assert.equal(String(body.length), several.headers.get('content-length'));
    assert.ok(body.includes(bytes.subarray(4, 6)));
  }
});

void test('resolve answers conditions: 304 for a known tag, the whole file for a range of another version', async () => {
  const path = 'resolve/main/weights/model.safetensors';
  const known = await ask(path, { headers: { 'if-none-match': `"${large.oid}"` } });
  assert.equal(known.status, 304);
  const headers = { range: 'bytes=0-1', 'if-range': '"another"' };
  const changed = await ask(path, { headers });
  assert.equal(changed.status, 200);
  assert.equal((await changed.arrayBuffer()).byteLength, large.size);
});

void test('resolve answers an empty file, also to who asks for its first byte', async () => {
  const answer = await ask('resolve/main/empty.txt');
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-length'), '0');
  const ranged = await ask('resolve/main/empty.txt', { headers: { range: 'bytes=0-0' } });
  assert.equal(ranged.status, 200);
  assert.equal(ranged.headers.get('content-range'), 'bytes */0');
});

void test('resolve finds names of any script, in every revision spelling', async () => {
  for (const revision of ['main', 'refs%2Fheads%2Fmain', 'refs/heads/main', 'HEAD', head]) {
    const answer = await ask(
      `resolve/${revision}/${encodeURIComponent('ünï')}/${encodeURIComponent('模型 100%.txt')}`,
    );
    assert.equal(answer.status, 200, revision);
    assert.equal(answer.headers.get('x-repo-commit'), head);
    const disposition = answer.headers.get('content-disposition') ?? '';
    assert.match(disposition, /filename\*=UTF-8''%E6%A8%A1%E5%9E%8B%20100%25\.txt/);
  }
});

void test('resolve finds branches with slashes in both spellings', async () => {
  const made = await fetch(`${hub.url}/api/models/ada/model/branch/feature%2Fx`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  assert.ok(made.ok, await made.text());
  assert.equal((await ask('resolve/feature%2Fx/config.json')).status, 200);
  assert.equal((await ask('resolve/feature/x/config.json')).status, 200);
});

void test('resolve tells a missing file, revision and repository apart, and names the commit for a file', async () => {
  const file = await ask('resolve/main/nothing.txt');
  assert.equal(file.status, 404);
  assert.equal(file.headers.get('x-error-code'), 'EntryNotFound');
  assert.equal(file.headers.get('x-repo-commit'), head);
  const folder = await ask('resolve/main/weights');
  assert.equal(folder.headers.get('x-error-code'), 'EntryNotFound');
  const revision = await ask('resolve/nothing/config.json', { method: 'HEAD' });
  assert.equal(revision.status, 404);
  assert.equal(revision.headers.get('x-error-code'), 'RevisionNotFound');
  assert.equal(revision.headers.get('x-repo-commit'), null);
  const stranger = await hub.addUser('bob');
  const hidden = await ask('resolve/main/config.json', { headers: { authorization: `Bearer ${stranger}` } });
  assert.equal(hidden.status, 404);
  assert.equal(hidden.headers.get('x-error-code'), 'RepoNotFound');
  assert.equal(hidden.headers.get('x-repo-commit'), null);
});

void test('resolve records a private read once before its first byte', async () => {
  const repo = await hub.modules.repos.get(
    (await hub.modules.authentication.authenticate(token)).actor,
    { type: 'model', namespace: 'ada', name: 'model' },
    'read',
  );
  await (await ask('resolve/main/config.json')).text();
  await (await ask('resolve/main/config.json')).text();
  const entries = await new LedgerReader(hub.modules.db).listOfSubject(`repo:${repo.id}`);
  const reads = entries.filter((one) => one.kind === 'read.private' && one.body.includes('config.json'));
  assert.equal(reads.length, 1);
});

void test('lfs download links serve the object to clients that send no credentials', async () => {
  const { actions } = await askOne(hub, { token, repo: 'ada/model', operation: 'download', sample: large });
  const answer = await fetch(actions?.download?.href ?? '', { headers: { range: 'bytes=10-19' } });
  assert.equal(answer.status, 206);
  assert.ok(Buffer.from(await answer.arrayBuffer()).equals(large.bytes.subarray(10, 20)));
});

void test('lfs-files lists, copies and deletes what the repository holds', async () => {
  await hub.addRepo('ada/other');
  const api = async (path: string, body?: object): Promise<Response> =>
    await fetch(`${hub.url}/api/models/ada/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const list = async (repo: string) =>
    (await (await api(`${repo}/lfs-files`)).json()) as { oid: string; filename: string; ref?: string }[];
  const [listed] = await list('model');
  assert.equal(listed?.oid, large.oid);
  assert.equal(listed?.filename, 'weights/model.safetensors');
  const missing = '0'.repeat(64);
  const copied = await api('model/lfs-files/duplicate', {
    target: { type: 'model', name: 'ada/other' },
    files: [{ sha256: large.oid, xetHash: null }, { sha256: missing }],
  });
  assert.equal(copied.status, 207);
  const { failed } = (await copied.json()) as { failed: { sha256: string }[] };
  assert.deepEqual(
    failed.map((one) => one.sha256),
    [missing],
  );
  assert.equal((await list('other'))[0]?.oid, large.oid);
  const deleted = await api('other/lfs-files/batch', {
    deletions: { sha: [large.oid], rewriteHistory: false },
  });
  assert.equal(deleted.status, 200);
  assert.deepEqual(await list('other'), []);
  assert.equal((await ask('resolve/main/weights/model.safetensors', { method: 'HEAD' })).status, 200);
});
