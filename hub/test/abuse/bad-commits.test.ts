// Commits, listings and refs that must be refused: each answers a clear error and leaves every table as it was.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import test from 'node:test';
import { sql } from 'kysely';
import {
  file,
  openHubClient,
  type Answered,
  type HubClient,
  type Line,
} from '../integration/content/hub-client.ts';

const TABLES = [
  'git.object',
  'git.commit',
  'git.change',
  'git.ref',
  'blobs.object',
  'repos.repo',
  'repos.name',
];

/** What the database holds that no refusal may change. */
async function stateOf(client: HubClient): Promise<unknown> {
  const db = client.hub.modules.db.withTables<never>();
  const state: unknown[] = [];
  for (const table of TABLES) {
    const { rows } = await sql`select count(*) as n from ${sql.table(table)}`.execute(db);
    state.push([table, rows]);
  }
  const { rows: refs } = await sql`select * from git.ref order by repo_id, name`.execute(db);
  const { rows: repos } =
    await sql`select id, head, last_modified, used_storage from repos.repo order by id`.execute(db);
  const { rows: entries } = await sql`
    select count(*) as n from ledger.entry where kind !~ '^(read|refusal)[.]'`.execute(db);
  return [...state, refs, repos, entries];
}

interface Refusal {
  readonly status: number;
  readonly code: string;
}

function assertRefused(answer: Answered, expected: Refusal, what: string): void {
  assert.equal(answer.status, expected.status, `${what}: ${answer.text}`);
  assert.equal(answer.headers.get('x-error-code'), expected.code, what);
  assert.ok((answer.headers.get('x-error-message') ?? '').length > 10, what);
  assert.equal(typeof (answer.json as { error?: unknown }).error, 'string', what);
  assert.doesNotMatch(answer.text, /node_modules|\.ts:\d|select |git\.object/, what);
}

const LFS = 'a'.repeat(64);
const HEAD = { key: 'header', value: { summary: 'x' } };

const LINES: readonly (readonly [string, readonly Line[], Refusal])[] = [
  ['an absolute path', [file('/etc/passwd', '')], { status: 400, code: 'PathAbsolute' }],
  ['a path upwards', [file('a/../../b', '')], { status: 400, code: 'PathSegment' }],
  ['a path with a dot', [file('./b', '')], { status: 400, code: 'PathSegment' }],
  ['an empty path', [file('', '')], { status: 400, code: 'PathEmpty' }],
  ['a double slash', [file('a//b', '')], { status: 400, code: 'PathSlash' }],
  ['a slash at the end', [file('a/', '')], { status: 400, code: 'PathSlash' }],
  ['a backslash', [file('a\\b', '')], { status: 400, code: 'PathBackslash' }],
  ['a drive', [file('C:/b', '')], { status: 400, code: 'PathDrive' }],
  ['.git', [file('.git/config', '')], { status: 400, code: 'PathGit' }],
  ['.GIT', [file('a/.GIT/config', '')], { status: 400, code: 'PathGit' }],
  ['.git as Windows spells it', [file('git~1/hooks/x', '')], { status: 400, code: 'PathGit' }],
  ['.git as a Mac reads it', [file('.g\u200cit/config', '')], { status: 400, code: 'PathGit' }],
  ['a control character', [file('a\u0007b', '')], { status: 400, code: 'PathControl' }],
  ['a name too long', [file('n'.repeat(256), '')], { status: 400, code: 'PathTooLong' }],
  ['a path too long', [file('n/'.repeat(2100) + 'n', '')], { status: 400, code: 'PathTooLong' }],
  ['a file in a file', [file('there.txt/x', '')], { status: 400, code: 'EntryIsFile' }],
  ['a file in a file of the same commit', [file('y', ''), file('y/x', '')], { status: 400, code: 'EntryIsFile' }],
  ['a file over a folder', [file('folder', '')], { status: 400, code: 'EntryIsFolder' }],
  ['one path twice', [file('z', '1'), file('z', '2')], { status: 400, code: 'EntryTwice' }],
  ['a deletion of nothing', [{ key: 'deletedFile', value: { path: 'no' } }], { status: 404, code: 'EntryNotFound' }],
  ['a deletion of no folder', [{ key: 'deletedFolder', value: { path: 'no/' } }], { status: 404, code: 'EntryNotFound' }],
  ['a deletion of no entry', [{ key: 'deletedEntry', value: { path: 'no' } }], { status: 404, code: 'EntryNotFound' }],
  ['a folder deleted as file', [{ key: 'deletedFile', value: { path: 'folder' } }], { status: 400, code: 'EntryIsFolder' }],
  ['a file deleted as folder', [{ key: 'deletedFolder', value: { path: 'there.txt' } }], { status: 400, code: 'EntryIsFile' }],
  ['a move of nothing', [{ key: 'file', value: { path: 'a', oldPath: 'no' } }], { status: 404, code: 'EntryNotFound' }],
  ['no content', [{ key: 'file', value: { path: 'a' } }], { status: 400, code: 'RequestBodyMalformed' }],
  ['bad base64', [{ key: 'file', value: { path: 'a', content: 'a*b=', encoding: 'base64' } }], { status: 400, code: 'RequestBodyMalformed' }],
  ['base64 with padding inside', [{ key: 'file', value: { path: 'a', content: 'YQ==YQ==', encoding: 'base64' } }], { status: 400, code: 'RequestBodyMalformed' }],
  ['an unknown encoding', [{ key: 'file', value: { path: 'a', content: '', encoding: 'rot13' } }], { status: 400, code: 'RequestInvalid' }],
  ['a number for a path', [{ key: 'file', value: { path: 7, content: '' } }], { status: 400, code: 'RequestInvalid' }],
  ['an unknown key', [{ key: 'symlink', value: { path: 'a' } }], { status: 400, code: 'RequestBodyMalformed' }],
  ['an object that was never uploaded', [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'sha256', oid: LFS, size: 1 } }], { status: 400, code: 'CommitLfsObjectMissing' }],
  ['an oid that is none', [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'sha256', oid: 'A'.repeat(64), size: 1 } }], { status: 400, code: 'RequestInvalid' }],
  ['another algorithm', [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'md5', oid: LFS, size: 1 } }], { status: 400, code: 'RequestInvalid' }],
  ['a negative size', [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'sha256', oid: LFS, size: -1 } }], { status: 400, code: 'RequestInvalid' }],
  ['a file above the limit', [file('big.txt', 'x'.repeat(70_000))], { status: 413, code: 'CommitFileTooLarge' }],
  ['a large file that is no base64', [{ key: 'file', value: { content: `${'YWJj'.repeat(20_000)}****`, path: 'a', encoding: 'base64' } }], { status: 400, code: 'RequestBodyMalformed' }],
]; // prettier-ignore

void test('commit() refuses each bad operation and changes nothing, whatever good ones stand beside it', async () => {
  await using client = await openHubClient({ limits: { regularFile: 65_536 } });
  await client.mustCommit(file('there.txt', 'x'), file('folder/inside.txt', 'y'));
  const before = await stateOf(client);
  for (const [what, lines, refusal] of LINES) {
    assertRefused(await client.commit([file('good.txt', 'good'), ...lines]), refusal, what);
    assert.deepEqual(await stateOf(client), before, what);
  }
});

const BODIES: readonly (readonly [string, string, Refusal])[] = [
  ['nothing', '', { status: 400, code: 'RequestBodyMalformed' }],
  ['no JSON', 'hello', { status: 400, code: 'RequestBodyMalformed' }],
  ['half a line', `${JSON.stringify(HEAD)}\n{"key":"file","value":{"path":"a","con`, { status: 400, code: 'RequestBodyMalformed' }],
  ['half a long line', `${JSON.stringify(HEAD)}\n{"key":"file","value":{"content":"${'a'.repeat(200_000)}`, { status: 400, code: 'RequestBodyMalformed' }],
  ['no header', JSON.stringify(file('a', '')), { status: 400, code: 'RequestBodyMalformed' }],
  ['two headers', `${JSON.stringify(HEAD)}\n${JSON.stringify(HEAD)}`, { status: 400, code: 'RequestBodyMalformed' }],
  ['an array', '[]', { status: 400, code: 'RequestInvalid' }],
  ['a number', '7', { status: 400, code: 'RequestInvalid' }],
  ['no summary', `{"key":"header","value":{}}\n${JSON.stringify(file('a', ''))}`, { status: 400, code: 'CommitTitleMissing' }],
  ['a blank summary', `{"key":"header","value":{"summary":" \\n "}}\n${JSON.stringify(file('a', ''))}`, { status: 400, code: 'CommitTitleMissing' }],
  ['a huge summary', JSON.stringify({ key: 'header', value: { summary: 'x'.repeat(66_000) } }), { status: 413, code: 'CommitMessageTooLong' }],
  ['a line too long', `${JSON.stringify(HEAD)}\n{"x":"${'y'.repeat(17 * 1024 * 1024)}"}`, { status: 413, code: 'RequestBodyTooLarge' }],
  ['half a pair of surrogates', `${JSON.stringify(HEAD)}\n{"key":"file","value":{"path":"a","content":"\\ud800"}}`, { status: 400, code: 'RequestBodyMalformed' }],
]; // prettier-ignore

void test('commit() refuses bodies that are no commit', async () => {
  await using client = await openHubClient();
  const before = await stateOf(client);
  for (const [what, body, refusal] of BODIES) {
    assertRefused(await client.commitRaw(body), refusal, what);
    assert.deepEqual(await stateOf(client), before, what);
  }
  const invalid = Buffer.concat([
    Buffer.from(`${JSON.stringify(HEAD)}\n{"key":"file","value":{"path":"a\xff`, 'latin1'),
  ]);
  const answer = await client.commitRaw(new Uint8Array(invalid));
  assertRefused(answer, { status: 400, code: 'RequestBodyMalformed' }, 'bytes that are not UTF-8');
});

void test('commit() refuses too many operations and too large a body while it is still being sent', async () => {
  await using client = await openHubClient({ limits: { commitOperations: 10, commitBody: 300_000 } });
  const before = await stateOf(client);
  const many = Array.from({ length: 11 }, (_, n) => file(`f${n}`, ''));
  assertRefused(await client.commit(many), { status: 413, code: 'CommitTooManyOperations' }, 'operations');
  const large = Array.from({ length: 10 }, (_, n) => file(`f${n}`, 'x'.repeat(60_000)));
  assertRefused(await client.commit(large), { status: 413, code: 'RequestBodyTooLarge' }, 'body');
  assert.deepEqual(await stateOf(client), before);
});

void test('commit() refuses revisions and parents that are not there or not branches', async () => {
  await using client = await openHubClient();
  const first = await client.mustCommit(file('a', '1'));
  await client.mustCommit(file('a', '2'));
  await client.post('/api/models/ann/m/tag/main', { tag: 'v1' });
  const before = await stateOf(client);
  const cases: readonly (readonly [string, { revision?: string; header?: object }, Refusal])[] = [
    ['a branch that is not there', { revision: 'nope' }, { status: 404, code: 'RevisionNotFound' }],
    ['a name that none can have', { revision: 'a..b' }, { status: 404, code: 'RevisionNotFound' }],
    ['a commit', { revision: first }, { status: 400, code: 'RevisionNotABranch' }],
    ['a tag', { revision: 'refs/tags/v1' }, { status: 400, code: 'RevisionNotABranch' }],
    ['a tag by its name', { revision: 'v1' }, { status: 404, code: 'RevisionNotFound' }],
    ['a pull request', { revision: 'refs/pr/1' }, { status: 404, code: 'RevisionNotFound' }],
    ['a stale parent', { header: { parentCommit: first } }, { status: 412, code: 'CommitStale' }],
    ['an unknown parent', { header: { parentCommit: 'b'.repeat(40) } }, { status: 412, code: 'CommitStale' }],
    [
      'a parent that is none',
      { header: { parentCommit: 'main' } },
      { status: 400, code: 'CommitParentInvalid' },
    ],
  ];
  for (const [what, options, refusal] of cases)
    assertRefused(await client.commit([file('b', '')], options), refusal, what);
  const pull = await client.call('POST', '/api/models/ann/m/commit/main?create_pr=1', JSON.stringify(HEAD));
  assertRefused(pull, { status: 400, code: 'CommitNoPullRequests' }, 'create_pr');
  assert.match(pull.text, /discussions do not exist yet/);
  assert.deepEqual(await stateOf(client), before);
});

void test('commit() refuses an object of another repository, and a lie about its size', async () => {
  await using client = await openHubClient();
  await client.hub.addRepo('ann/other');
  const bytes = Buffer.from('secret weights');
  const oid = createHash('sha256').update(bytes).digest('hex');
  const batch = await client.post('/ann/other.git/info/lfs/objects/batch', {
    operation: 'upload',
    transfers: ['basic'],
    objects: [{ oid, size: bytes.length }],
  });
  const { objects } = JSON.parse(batch.text) as { objects: { actions: { upload: { href: string } } }[] };
  await fetch(objects[0]?.actions.upload.href ?? '', { method: 'PUT', body: new Uint8Array(bytes) });
  const before = await stateOf(client);
  const named = { path: 'w.bin', algo: 'sha256', oid, size: bytes.length };
  const foreign = await client.commit([{ key: 'lfsFile', value: named }]);
  assertRefused(foreign, { status: 400, code: 'CommitLfsObjectMissing' }, 'foreign');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
  assertRefused(
    await client.commit([file('w.bin', pointer)]),
    { status: 400, code: 'CommitLfsObjectMissing' },
    'pointer',
  );
  assert.deepEqual(await stateOf(client), before);
  const lie = `${JSON.stringify(HEAD)}\n${JSON.stringify({ key: 'lfsFile', value: { ...named, size: 5 } })}`;
  const answer = await client.call('POST', '/api/models/ann/other/commit/main', lie);
  assertRefused(answer, { status: 400, code: 'CommitLfsSizeDiffers' }, 'size');
  assert.deepEqual(await stateOf(client), before);
});

void test('commit() cut off in the middle changes nothing and leaves nobody waiting', async () => {
  await using client = await openHubClient();
  const before = await stateOf(client);
  const call = request(`${client.hub.url}/api/models/ann/m/commit/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.token}`, 'content-length': 10_000_000 },
  });
  call.on('error', () => undefined);
  call.write(
    `${JSON.stringify(HEAD)}\n${JSON.stringify(file('a', 'x'))}\n{"key":"file","value":{"content":"${'y'.repeat(200_000)}`,
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const closed = new Promise((resolve) => call.once('close', resolve));
  call.destroy();
  await closed;
  assert.equal((await client.commit([])).status, 200);
  assert.deepEqual(await stateOf(client), before);
});

void test('commit() and refs refuse who may only read, and hide what is private from everyone else', async () => {
  await using client = await openHubClient();
  const reader = (await client.hub.addToken('ann', 'read')).text;
  const stranger = await client.hub.addUser('eve');
  const before = await stateOf(client);
  const calls = [
    ['POST', '/api/models/ann/m/commit/main', JSON.stringify(HEAD)],
    ['POST', '/api/models/ann/m/preupload/main', '{"files":[]}'],
    ['POST', '/api/models/ann/m/branch/x', '{}'],
    ['POST', '/api/models/ann/m/tag/main', '{"tag":"x"}'],
    ['POST', '/api/models/ann/m/super-squash/main', '{}'],
    ['DELETE', '/api/models/ann/m/branch/x', undefined],
    ['DELETE', '/api/models/ann/m/tag/x', undefined],
  ] as const;
  for (const [method, path, body] of calls) {
    const json = { 'content-type': 'application/json' };
    const asReader = await client.call(method, path, body, { ...json, authorization: `Bearer ${reader}` });
    assertRefused(asReader, { status: 403, code: 'RepoForbidden' }, path);
    const asStranger = await client.call(method, path, body, {
      ...json,
      authorization: `Bearer ${stranger}`,
    });
    assertRefused(asStranger, { status: 404, code: 'RepoNotFound' }, path);
    const missing = await client.call(method, path.replace('/m/', '/no/'), body, {
      ...json,
      authorization: `Bearer ${stranger}`,
    });
    assert.equal(asStranger.text, missing.text);
  }
  assert.deepEqual(await stateOf(client), before);
});

void test('listings and refs refuse what does not exist and what nothing can be called', async () => {
  await using client = await openHubClient();
  const before = await stateOf(client);
  const gets: readonly (readonly [string, Refusal])[] = [
    ['tree/nope', { status: 404, code: 'RevisionNotFound' }],
    ['tree/main/no/folder', { status: 404, code: 'EntryNotFound' }],
    ['tree/main/.gitattributes', { status: 404, code: 'EntryNotFound' }],
    ['tree/main/a%2F..%2Fb', { status: 400, code: 'PathSegment' }],
    ['tree/main?cursor=nonsense', { status: 400, code: 'ContentCursorInvalid' }],
    ['tree/main?recursive=maybe', { status: 400, code: 'RequestInvalid' }],
    ['tree/main?limit=0', { status: 400, code: 'RequestInvalid' }],
    ['tree/%zz', { status: 400, code: 'RequestInvalid' }],
    ['commits/nope', { status: 404, code: 'RevisionNotFound' }],
    ['commits/main?p=-1', { status: 400, code: 'RequestInvalid' }],
    [`tree/${'c'.repeat(40)}`, { status: 404, code: 'RevisionNotFound' }],
  ];
  for (const [path, refusal] of gets)
    assertRefused(await client.call('GET', `/api/models/ann/m/${path}`), refusal, path);
  const posts: readonly (readonly [string, unknown, Refusal])[] = [
    ['branch/main', {}, { status: 409, code: 'RefExists' }],
    ['branch/a..b', {}, { status: 400, code: 'RefInvalid' }],
    [`branch/${'d'.repeat(40)}`, {}, { status: 400, code: 'RefInvalid' }],
    ['branch/x', { startingPoint: 'nope' }, { status: 404, code: 'RevisionNotFound' }],
    ['branch/main', { overwrite: true }, { status: 403, code: 'RefProtected' }],
    ['branch/main%2Fx', {}, { status: 409, code: 'RefConflicts' }],
    ['tag/nope', { tag: 'v1' }, { status: 404, code: 'RevisionNotFound' }],
    ['tag/main', { tag: 'refs/heads/main' }, { status: 400, code: 'RefInvalid' }],
    ['tag/main', {}, { status: 400, code: 'RequestInvalid' }],
    ['super-squash/nope', {}, { status: 404, code: 'RevisionNotFound' }],
    ['paths-info/nope', { paths: ['a'] }, { status: 404, code: 'RevisionNotFound' }],
    ['paths-info/main', { paths: 7 }, { status: 400, code: 'RequestInvalid' }],
    ['preupload/nope', { files: [] }, { status: 404, code: 'RevisionNotFound' }],
    [
      'preupload/main',
      { files: [{ path: '../x', size: 1, sample: '' }] },
      { status: 400, code: 'PathSegment' },
    ],
    [
      'preupload/main',
      { files: [{ path: 'x', size: -1, sample: '' }] },
      { status: 400, code: 'RequestInvalid' },
    ],
    ['preupload/main?create_pr=1', { files: [] }, { status: 400, code: 'CommitNoPullRequests' }],
  ];
  for (const [path, body, refusal] of posts)
    assertRefused(await client.post(`/api/models/ann/m/${path}`, body), refusal, path);
  for (const [path, refusal] of [
    ['branch/main', { status: 403, code: 'RefProtected' }],
    ['branch/nope', { status: 404, code: 'RevisionNotFound' }],
    ['tag/nope', { status: 404, code: 'RevisionNotFound' }],
  ] as const)
    assertRefused(await client.call('DELETE', `/api/models/ann/m/${path}`), refusal, path);
  assert.deepEqual(await stateOf(client), before);
});
