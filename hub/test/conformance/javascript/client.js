// Calls of @huggingface/hub against a running hub; one line of JSON per case, as the Python suites print them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as hub from '@huggingface/hub';

const hubUrl = process.env.HF_ENDPOINT;
const as = (name) => ({ hubUrl, accessToken: process.env[name] });
const admin = as('HF_TOKEN');
const repo = { type: 'model', name: 'admin/javascript' };
const large = new Uint8Array(createHash('shake128', { outputLength: 12_000_000 }).update('large').digest());

async function collect(iterable) {
  const found = [];
  for await (const item of iterable) found.push(item);
  return found;
}

async function statusOf(action) {
  return await action().then(
    () => 200,
    (error) => error.statusCode,
  );
}

/** How often the hub answered each operation well since an earlier count. */
async function happened(before = {}) {
  const answer = await fetch(`${hubUrl}/metrics`, {
    headers: { authorization: `Bearer ${admin.accessToken}` },
  });
  const found = {};
  const pattern = /^holdfast_http_requests_total\{operation="(\w+)",status="2\d\d"\} (\d+)$/gm;
  for (const [, name, count] of (await answer.text()).matchAll(pattern))
    found[name] = (found[name] ?? 0) + Number(count);
  return Object.fromEntries(
    Object.entries(found)
      .map(([name, count]) => [name, count - (before[name] ?? 0)])
      .filter(([, count]) => count > 0),
  );
}

async function bytesOf(path, options = {}) {
  const blob = await hub.downloadFile({ ...admin, repo, path, ...options });
  return new Uint8Array(await blob.arrayBuffer());
}

const cases = {
  'whoAmI() names the user': async () => {
    const me = await hub.whoAmI(admin);
    assert.equal(me.name, 'admin');
    assert.equal(me.auth.accessToken.role, 'write');
  },
  'createRepo() makes a repository, once': async () => {
    const made = await hub.createRepo({ ...admin, repo, private: false, license: 'mit' });
    assert.equal(made.repoUrl, `${hubUrl}/admin/javascript`);
    assert.equal(await statusOf(() => hub.createRepo({ ...admin, repo })), 409);
  },
  'createRepo() with files': async () => {
    const files = [{ path: 'hello.txt', content: new Blob(['hello']) }];
    await hub.createRepo({ ...admin, repo: { type: 'dataset', name: 'admin/javascript' }, files });
    assert.ok(
      await hub.fileExists({
        ...admin,
        repo: { type: 'dataset', name: 'admin/javascript' },
        path: 'hello.txt',
      }),
    );
  },
  'uploadFiles() uploads small and large files': async () => {
    const files = [
      { path: 'README.md', content: new Blob(['---\nlicense: mit\ntags:\n- js\n---\n# Hi\n']) },
      { path: 'deep/large.safetensors', content: new Blob([large]) },
      { path: 'empty.txt', content: new Blob([]) },
    ];
    const done = await hub.uploadFiles({ ...admin, repo, files, commitTitle: 'Upload' });
    assert.match(done.commit.oid, /^[0-9a-f]{40}$/);
    assert.equal(done.commit.url, `${hubUrl}/admin/javascript/commit/${done.commit.oid}`);
  },
  'uploadFile() into a branch': async () => {
    await hub.createBranch({ ...admin, repo, branch: 'side' });
    await hub.uploadFile({
      ...admin,
      repo,
      branch: 'side',
      file: { path: 'side.txt', content: new Blob(['side']) },
    });
    assert.equal(await hub.fileExists({ ...admin, repo, revision: 'side', path: 'side.txt' }), true);
    assert.equal(await hub.fileExists({ ...admin, repo, path: 'side.txt' }), false);
    await hub.deleteBranch({ ...admin, repo, branch: 'side' });
  },
  'downloadFile() gives the same bytes': async () => {
    const blob = await hub.downloadFile({ ...admin, repo, path: 'deep/large.safetensors' });
    assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), large);
    const part = blob.slice(1000, 2000);
    assert.deepEqual(new Uint8Array(await part.arrayBuffer()), large.slice(1000, 2000));
    assert.equal(await (await hub.downloadFile({ ...admin, repo, path: 'empty.txt' }))?.text(), '');
    assert.equal(await hub.downloadFile({ ...admin, repo, path: 'nothing.txt' }), null);
  },
  'large files are sent and fetched as chunks, and whole where that is wished': async () => {
    let before = await happened();
    const text = new TextEncoder().encode('a line that packs well\n'.repeat(300_000));
    const floats = new Uint8Array(Float32Array.from({ length: 1_000_000 }, (_, n) => n / 1000).buffer);
    // More than one xorb.
    const long = new Uint8Array(createHash('shake128', { outputLength: 70_000_000 }).update('long').digest());
    const sent = {
      'été/text 🤗.safetensors': text,
      'floats.bin': floats,
      'long.bin': long,
      'one.bin': floats.slice(0, 1),
    };
    const files = Object.entries(sent).map(([path, content]) => ({ path, content: new Blob([content]) }));
    await hub.uploadFiles({ ...admin, repo, files, commitTitle: 'Chunks' });
    let seen = await happened(before);
    assert.ok(seen.putXorb >= 2 && seen.putShard >= 1, JSON.stringify(seen));
    assert.equal(seen.lfsPutObject, undefined);
    before = await happened();
    for (const [path, content] of Object.entries(sent))
      assert.ok(Buffer.from(content).equals(await bytesOf(path)), path);
    seen = await happened(before);
    assert.ok(seen.fetchXorb > 0 && seen.getReconstruction > 0, JSON.stringify(seen));
    assert.ok(Buffer.from(long).equals(await bytesOf('long.bin', { xet: false })));
    const part = (await hub.downloadFile({ ...admin, repo, path: 'long.bin' })).slice(66_000_000, 68_000_000);
    assert.ok(
      Buffer.from(long.subarray(66_000_000, 68_000_000)).equals(new Uint8Array(await part.arrayBuffer())),
    );
  },
  'the same content again sends no chunk, a change sends what changed': async () => {
    const content = new Uint8Array([...large.subarray(0, 6_000_000), 1, 2, 3, ...large.subarray(6_000_000)]);
    const before = await happened();
    const file = (path, bytes) => ({ path, content: new Blob([bytes]) });
    await hub.uploadFile({ ...admin, repo, file: file('again.bin', large) });
    assert.equal((await happened(before)).putXorb, undefined);
    await hub.uploadFile({ ...admin, repo, file: file('changed.bin', content) });
    assert.ok(Buffer.from(content).equals(await bytesOf('changed.bin')));
  },
  'an edit of a file in chunks is uploaded': async () => {
    const blob = await hub.downloadFile({ ...admin, repo, path: 'deep/large.safetensors' });
    const edits = [{ start: 1_000_000, end: 1_000_010, content: new Blob(['in between']) }];
    const operation = { operation: 'edit', path: 'edited.bin', originalContent: blob, edits };
    await hub.commit({ ...admin, repo, title: 'Edit', operations: [operation] });
    const expected = Buffer.from(large);
    expected.write('in between', 1_000_000);
    assert.ok(expected.equals(await bytesOf('edited.bin')));
    await hub.commit({
      ...admin,
      repo,
      title: 'Tidy',
      operations: [
        'edited.bin',
        'changed.bin',
        'again.bin',
        'long.bin',
        'one.bin',
        'floats.bin',
        'été/text 🤗.safetensors',
      ].map((path) => ({ operation: 'delete', path })),
    });
  },
  'fileDownloadInfo() reads size, ETag and the chunks': async () => {
    const seen = await hub.fileDownloadInfo({ ...admin, repo, path: 'deep/large.safetensors' });
    assert.equal(seen.size, large.length);
    assert.equal(seen.etag.replaceAll('"', ''), createHash('sha256').update(large).digest('hex'));
    assert.match(seen.xet.hash, /^[0-9a-f]{64}$/);
    assert.equal(await hub.fileDownloadInfo({ ...admin, repo, path: 'nothing.txt' }), null);
  },
  'listFiles() lists': async () => {
    const files = await collect(hub.listFiles({ ...admin, repo, recursive: true, expand: true }));
    const paths = files.filter(({ type }) => type === 'file').map(({ path }) => path);
    assert.deepEqual(
      new Set(paths),
      new Set(['.gitattributes', 'README.md', 'deep/large.safetensors', 'empty.txt']),
    );
    assert.equal(files.find(({ path }) => path === 'deep/large.safetensors').lfs.size, large.length);
  },
  'pathsInfo() describes paths': async () => {
    const found = await hub.pathsInfo({ ...admin, repo, paths: ['README.md', 'nothing.txt'] });
    assert.deepEqual(
      found.map(({ path }) => path),
      ['README.md'],
    );
  },
  'modelInfo() and listModels() describe the repository': async () => {
    const found = await hub.modelInfo({
      ...admin,
      name: 'admin/javascript',
      additionalFields: ['tags', 'author'],
    });
    assert.equal(found.name, 'admin/javascript');
    assert.equal(found.author, 'admin');
    assert.ok(found.tags.includes('js'));
    assert.match(found.id, /^[0-9a-f]{24}$/);
    const listed = await collect(hub.listModels({ ...admin, search: { owner: 'admin', tags: ['js'] } }));
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['admin/javascript'],
    );
    assert.equal((await collect(hub.listDatasets({ ...admin, search: { owner: 'admin' } }))).length, 1);
    assert.equal((await collect(hub.listSpaces(admin))).length, 0);
  },
  'listCommits() and countCommits() read the history': async () => {
    const commits = await collect(hub.listCommits({ ...admin, repo }));
    assert.deepEqual(
      commits.map(({ title }) => title),
      ['Tidy', 'Edit', 'Add changed.bin', 'Add again.bin', 'Chunks', 'Upload', 'initial commit'],
    );
    assert.equal(await hub.countCommits({ ...admin, repo, revision: 'main' }), 7);
  },
  'repoExists() and checkRepoAccess() tell missing from there': async () => {
    assert.equal(await hub.repoExists({ ...admin, repo }), true);
    assert.equal(await hub.repoExists({ ...admin, repo: { type: 'model', name: 'admin/nothing' } }), false);
    await hub.checkRepoAccess({ ...admin, repo });
    const missing = { type: 'model', name: 'admin/nothing' };
    assert.equal(await statusOf(() => hub.checkRepoAccess({ ...admin, repo: missing })), 404);
  },
  'commit() with a stale parent is refused': async () => {
    const [newest] = await collect(hub.listCommits({ ...admin, repo }));
    const operations = (text) => [{ operation: 'addOrUpdate', path: 'x.txt', content: new Blob([text]) }];
    await hub.commit({ ...admin, repo, title: 'One', operations: operations('1'), parentCommit: newest.oid });
    const late = () =>
      hub.commit({ ...admin, repo, title: 'Two', operations: operations('2'), parentCommit: newest.oid });
    assert.equal(await statusOf(late), 412);
  },
  'deleteFiles() deletes': async () => {
    await hub.deleteFiles({ ...admin, repo, paths: ['x.txt', 'empty.txt'] });
    assert.equal(await hub.fileExists({ ...admin, repo, path: 'x.txt' }), false);
  },
  'a read token does not write, and a private repository of somebody else is missing': async () => {
    const file = { path: 'y.txt', content: new Blob(['y']) };
    assert.equal(await statusOf(() => hub.uploadFile({ ...as('READ_TOKEN'), repo, file })), 403);
    const secret = { type: 'model', name: 'admin/secret' };
    await hub.createRepo({ ...admin, repo: secret, private: true });
    assert.equal(await hub.repoExists({ ...as('OTHER_TOKEN'), repo: secret }), false);
  },
  'deleteRepo() deletes': async () => {
    await hub.deleteRepo({ ...admin, repo });
    assert.equal(await hub.repoExists({ ...admin, repo }), false);
    assert.equal(await statusOf(() => hub.deleteRepo({ ...admin, repo })), 404);
  },
};

const entries = Object.entries(cases);
for (const [number, [name, run]] of entries.entries()) {
  const result = { name, last: number === entries.length - 1 };
  try {
    await run();
  } catch (error) {
    result.error = String(error?.stack ?? error);
  }
  console.log(`@case ${JSON.stringify(result)}`);
}
