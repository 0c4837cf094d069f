// Commits through the served hub: what they change, what they answer, and that they follow one another.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import test from 'node:test';
import { sql } from 'kysely';
import { storeFull } from '@holdfast/platform/objects/faults';
import { file, openHubClient, type HubClient } from './hub-client.ts';

async function upload(client: HubClient, bytes: Buffer): Promise<string> {
  const oid = createHash('sha256').update(bytes).digest('hex');
  const batch = await client.post('/ann/m.git/info/lfs/objects/batch', {
    operation: 'upload',
    transfers: ['basic'],
    objects: [{ oid, size: bytes.length }],
    hash_algo: 'sha256',
  });
  const { objects } = JSON.parse(batch.text) as { objects: { actions?: { upload: { href: string } } }[] };
  const href = objects[0]?.actions?.upload.href;
  if (href !== undefined) {
    const put = await fetch(href, { method: 'PUT', body: new Uint8Array(bytes) });
    assert.equal(put.status, 200, await put.text());
  }
  return oid;
}

void test('commit() of twenty at once makes a line of twenty commits and loses none', async () => {
  await using client = await openHubClient();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      client.commit([file(`f${n}.txt`, String(n))], { header: { summary: `n${n}` } }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array.from({ length: 20 }, () => 200),
  );
  const ids = new Set(answers.map(({ json }) => (json as { commitOid: string }).commitOid));
  assert.equal(ids.size, 20);
  const commits = await client.call('GET', '/api/models/ann/m/commits/main?limit=100');
  const titles = (commits.json as { title: string }[]).map(({ title }) => title);
  assert.equal(commits.headers.get('x-total-count'), '21');
  assert.deepEqual(
    titles.toSorted(),
    ['initial commit', ...Array.from({ length: 20 }, (_, n) => `n${n}`)].toSorted(),
  );
  assert.equal((await client.paths()).length, 21);
});

void test('commit() with a stated parent lets one of many win and refuses the others with 412', async () => {
  await using client = await openHubClient();
  const parentCommit = await client.mustCommit(file('a.txt', '0'));
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      client.commit([file('a.txt', `${n + 1}`)], { header: { parentCommit } }),
    ),
  );
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  assert.deepEqual(statuses, [200, ...Array.from({ length: 7 }, () => 412)]);
  const commits = await client.call('GET', '/api/models/ann/m/commits/main');
  assert.equal((commits.json as unknown[]).length, 3);
});

void test('commit() of many on different repositories and branches goes on side by side', async () => {
  await using client = await openHubClient();
  for (const name of ['b1', 'b2', 'b3']) await client.post(`/api/models/ann/m/branch/${name}`, {});
  const revisions = ['main', 'b1', 'b2', 'b3'];
  const answers = await Promise.all(
    revisions.flatMap((revision) =>
      Array.from({ length: 5 }, (_, n) => client.commit([file(`${n}.txt`, revision)], { revision })),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  for (const revision of revisions) {
    assert.equal((await client.paths(revision)).length, 6);
    assert.equal(await client.text('3.txt', revision), revision);
  }
});

void test('commit() sent again answers the commit that it made before', async () => {
  await using client = await openHubClient();
  const parentCommit = await client.mustCommit(file('old.txt', 'x'));
  const lines = [file('new.txt', 'y'), { key: 'deletedFile', value: { path: 'old.txt' } }];
  const first = await client.commit(lines, { header: { parentCommit } });
  const again = await client.commit(lines, { header: { parentCommit } });
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(again.json, first.json);
  assert.deepEqual(await client.paths(), ['.gitattributes', 'new.txt']);
});

void test('commit() that changes nothing answers the head and makes no commit', async () => {
  await using client = await openHubClient();
  const head = await client.mustCommit(file('a.txt', 'same'));
  const other = await client.commit([file('a.txt', 'same')], { header: { summary: 'another title' } });
  assert.equal((other.json as { commitOid: string }).commitOid, head);
  const none = await client.commit([], {});
  assert.equal((none.json as { commitOid: string }).commitOid, head);
});

void test('commit() keeps LFS files by pointer and adds a line for those no pattern covers', async () => {
  await using client = await openHubClient();
  const oid = await upload(client, Buffer.from('weights'));
  await client.mustCommit(
    { key: 'lfsFile', value: { path: 'a/model.bin', algo: 'sha256', oid, size: 7 } },
    { key: 'lfsFile', value: { path: 'a/odd name', algo: 'sha256', oid, size: 7 } },
  );
  assert.equal(await client.text('a/model.bin'), 'weights');
  assert.match(await client.text('.gitattributes'), /\/a\/odd\[\[:space:\]\]name filter=lfs/);
  assert.doesNotMatch(await client.text('.gitattributes'), /\/a\/model\.bin/);
  const tree = await client.call('GET', '/api/models/ann/m/tree/main/a');
  assert.deepEqual(
    (tree.json as { path: string; size: number; lfs: unknown }[]).map(({ path, size, lfs }) => ({
      path,
      size,
      lfs,
    })),
    ['a/model.bin', 'a/odd name'].map((path) => ({ path, size: 7, lfs: { oid, size: 7, pointerSize: 126 } })),
  );
});

void test('commit() takes a pointer written as an ordinary file for what it says', async () => {
  await using client = await openHubClient();
  const pointer = (oid: string, size: number) =>
    `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;
  const refused = await client.commit([file('p.bin', pointer('a'.repeat(64), 7))]);
  assert.equal(refused.headers.get('x-error-code'), 'CommitLfsObjectMissing');
  const oid = await upload(client, Buffer.from('content'));
  await client.mustCommit(file('p.bin', pointer(oid, 7)));
  assert.equal(await client.text('p.bin'), 'content');
});

void test('commit() moves a file that names its old path, with its content', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('a.txt', 'kept'));
  await client.mustCommit({ key: 'file', value: { path: 'b/c.txt', oldPath: 'a.txt' } });
  assert.deepEqual(await client.paths(), ['.gitattributes', 'b/c.txt']);
  assert.equal(await client.text('b/c.txt'), 'kept');
});

void test('commit() warns of names that some systems take for one', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('Dir/a.txt', '1'));
  const answer = await client.commit([file('dir/a.txt', '2'), file('ü.txt', '3'), file('u\u0308.txt', '4')]);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('x-hf-warning') ?? '', /^path-twins; .*"dir".*"Dir"/);
  // A header is Latin letters: what is not can still be told apart.
  assert.match(
    answer.headers.get('x-hf-warning') ?? '',
    /"u%CC%88\.txt" and "%C3%BC\.txt"|"%C3%BC\.txt" and "u%CC%88\.txt"/,
  );
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /X-HF-Warning/i);
  assert.equal((await client.paths()).length, 5);
});

void test('commit() reads large files in both encodings, with and without escapes', async () => {
  await using client = await openHubClient();
  const plain = randomBytes(900_000).toString('base64');
  const escaped = 'line "quoted" \\ \u00e9 \u{1f600}\n\t'.repeat(30_000);
  const ascii = JSON.stringify(escaped).replaceAll(/[^\x20-\x7e]/g, (unit) => {
    return [...Array(unit.length).keys()]
      .map((at) => `\\u${unit.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join('');
  });
  const lines = [
    JSON.stringify({ key: 'header', value: { summary: 'large' } }),
    JSON.stringify({
      key: 'file',
      value: { content: Buffer.from(plain).toString('base64'), path: 'a.txt', encoding: 'base64' },
    }),
    JSON.stringify({ key: 'file', value: { path: 'b.txt', encoding: 'utf-8', content: plain } }),
    JSON.stringify({ key: 'file', value: { content: escaped, path: 'c.txt', encoding: 'utf-8' } }),
    `{"key":"file","value":{"content":${ascii},"path":"d.txt","encoding":"utf-8"}}`,
  ];
  const answer = await client.commitRaw(lines.join('\n'));
  assert.equal(answer.status, 200, answer.text);
  assert.equal(await client.text('a.txt'), plain);
  assert.equal(await client.text('b.txt'), plain);
  assert.equal(await client.text('c.txt'), escaped);
  assert.equal(await client.text('d.txt'), escaped);
});

void test('commit() takes the form of one JSON object', async () => {
  await using client = await openHubClient();
  await client.mustCommit(file('gone.txt', ''), file('d/e.txt', ''));
  const answer = await client.post('/api/models/ann/m/commit/main', {
    summary: 'one object',
    files: [{ path: 'x.txt', content: 'aGk=', encoding: 'base64' }],
    deletedFiles: [{ path: 'gone.txt' }],
    deletedFolders: ['d/'],
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(await client.paths(), ['.gitattributes', 'x.txt']);
  assert.equal(await client.text('x.txt'), 'hi');
});

void test('commit() to main tells lists of the README, counts storage and is on the ledger', async () => {
  await using client = await openHubClient();
  const oid = await client.mustCommit(
    file('README.md', '---\nlicense: mit\npipeline_tag: fill-mask\n---\nhello'),
  );
  const { json } = await client.call('GET', '/api/models/ann/m');
  const repo = json as { sha: string; tags: string[]; pipeline_tag: string; usedStorage: number };
  assert.equal(repo.sha, oid);
  assert.equal(repo.pipeline_tag, 'fill-mask');
  assert.ok(repo.tags.includes('license:mit'));
  assert.ok(repo.usedStorage > 50);
  const { rows } = await sql<{ body: string; credential: string }>`
    select body, credential from ledger.entry where kind = 'commit.created'`.execute(
    client.hub.modules.db.withTables(),
  );
  assert.equal(rows.length, 1);
  const body = JSON.parse(rows[0]?.body ?? '') as object;
  assert.deepEqual(
    { ...body, parent: '' },
    { ref: 'refs/heads/main', commit: oid, parent: '', added: 1, modified: 0, deleted: 0 },
  );
  assert.match(rows[0]?.credential ?? '', /^token:/);
});

void test('commit() on another branch leaves what lists show of main', async () => {
  await using client = await openHubClient();
  await client.post('/api/models/ann/m/branch/dev', {});
  const before = await client.call('GET', '/api/models/ann/m');
  await client.commit([file('README.md', '---\nlicense: mit\n---\n')], { revision: 'dev' });
  const after = await client.call('GET', '/api/models/ann/m');
  assert.equal((after.json as { sha: string }).sha, (before.json as { sha: string }).sha);
  assert.deepEqual((after.json as { tags: string[] }).tags, []);
});

void test('commit() names its author by a name and an address of nobody', async () => {
  await using client = await openHubClient();
  await client.commit([file('a', '1')], {
    header: { summary: 'title\r\nparent 0000', description: '<b>\u0007' },
  });
  const { rows } = await sql<{ text: string }>`
    select convert_from(bytes, 'UTF8') as text from git.object where kind = 'commit'
      and convert_from(bytes, 'UTF8') like '%title%'`.execute(client.hub.modules.db.withTables());
  assert.match(rows[0]?.text ?? '', /^author ann <ann@users\.noreply\.localhost> \d+ \+0000$/m);
  assert.match(rows[0]?.text ?? '', /\n\ntitle parent 0000\n\n<b>\n$/);
});

void test('commit() is refused with 507 when only the reserve of space is left, and reading goes on', async (t) => {
  await using client = await openHubClient();
  // The disk fills up once the repository is there; one that is really full has a test of its own.
  t.mock.method(client.hub.modules.space, 'check', () => Promise.reject(storeFull()));
  const answer = await client.commit([file('a', '')]);
  assert.equal(answer.status, 507, answer.text);
  assert.equal(answer.headers.get('x-error-code'), 'ObjectStoreFull');
  assert.deepEqual(await client.paths(), ['.gitattributes']);
});
