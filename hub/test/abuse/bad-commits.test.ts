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

/** What is expected. */
interface Refusal {
  readonly status: number;
  readonly code: string;
}

function is(status: number, code: string): Refusal {
  return { status, code };
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
  ['an absolute path', [file('/etc/passwd', '')], is(400, 'PathAbsolute')],
  ['a path upwards', [file('a/../../b', '')], is(400, 'PathSegment')],
  ['a path with a dot', [file('./b', '')], is(400, 'PathSegment')],
  ['an empty path', [file('', '')], is(400, 'PathEmpty')],
  ['a double slash', [file('a//b', '')], is(400, 'PathSlash')],
  ['a slash at the end', [file('a/', '')], is(400, 'PathSlash')],
  ['a backslash', [file('a\\b', '')], is(400, 'PathBackslash')],
  ['a drive', [file('C:/b', '')], is(400, 'PathDrive')],
  ['.git', [file('.git/config', '')], is(400, 'PathGit')],
  ['.GIT', [file('a/.GIT/config', '')], is(400, 'PathGit')],
  ['.git as Windows spells it', [file('git~1/hooks/x', '')], is(400, 'PathGit')],
  ['.git as a Mac reads it', [file('.g\u200cit/config', '')], is(400, 'PathGit')],
  ['a control character', [file('a\u0007b', '')], is(400, 'PathControl')],
  ['a name too long', [file('n'.repeat(256), '')], is(400, 'PathTooLong')],
  ['a path too long', [file('n/'.repeat(2100) + 'n', '')], is(400, 'PathTooLong')],
  ['a file in a file', [file('there.txt/x', '')], is(400, 'EntryIsFile')],
  ['a file in a file of the same commit', [file('y', ''), file('y/x', '')], is(400, 'EntryIsFile')],
  ['a file over a folder', [file('folder', '')], is(400, 'EntryIsFolder')],
  ['one path twice', [file('z', '1'), file('z', '2')], is(400, 'EntryTwice')],
  ['a deletion of nothing', [{ key: 'deletedFile', value: { path: 'no' } }], is(404, 'EntryNotFound')],
  ['a deletion of no folder', [{ key: 'deletedFolder', value: { path: 'no/' } }], is(404, 'EntryNotFound')],
  ['a deletion of no entry', [{ key: 'deletedEntry', value: { path: 'no' } }], is(404, 'EntryNotFound')],
  ['a folder deleted as file', [{ key: 'deletedFile', value: { path: 'folder' } }], is(400, 'EntryIsFolder')],
  [
    'a file deleted as folder',
    [{ key: 'deletedFolder', value: { path: 'there.txt' } }],
    is(400, 'EntryIsFile'),
  ],
  ['a move of nothing', [{ key: 'file', value: { path: 'a', oldPath: 'no' } }], is(404, 'EntryNotFound')],
  ['no content', [{ key: 'file', value: { path: 'a' } }], is(400, 'RequestBodyMalformed')],
  [
    'bad base64',
    [{ key: 'file', value: { path: 'a', content: 'a*b=', encoding: 'base64' } }],
    is(400, 'RequestBodyMalformed'),
  ],
  [
    'base64 with padding inside',
    [{ key: 'file', value: { path: 'a', content: 'YQ==YQ==', encoding: 'base64' } }],
    is(400, 'RequestBodyMalformed'),
  ],
  [
    'an unknown encoding',
    [{ key: 'file', value: { path: 'a', content: '', encoding: 'rot13' } }],
    is(400, 'RequestInvalid'),
  ],
  ['a number for a path', [{ key: 'file', value: { path: 7, content: '' } }], is(400, 'RequestInvalid')],
  ['an unknown key', [{ key: 'symlink', value: { path: 'a' } }], is(400, 'RequestBodyMalformed')],
  [
    'an object that was never uploaded',
    [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'sha256', oid: LFS, size: 1 } }],
    is(400, 'CommitLfsObjectMissing'),
  ],
  [
    'an oid that is none',
    [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'sha256', oid: 'A'.repeat(64), size: 1 } }],
    is(400, 'RequestInvalid'),
  ],
  [
    'another algorithm',
    [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'md5', oid: LFS, size: 1 } }],
    is(400, 'RequestInvalid'),
  ],
  [
    'a negative size',
    [{ key: 'lfsFile', value: { path: 'a.bin', algo: 'sha256', oid: LFS, size: -1 } }],
    is(400, 'RequestInvalid'),
  ],
  ['a file above the limit', [file('big.txt', 'x'.repeat(70_000))], is(413, 'CommitFileTooLarge')],
  [
    'a large file that is no base64',
    [{ key: 'file', value: { content: `${'YWJj'.repeat(20_000)}****`, path: 'a', encoding: 'base64' } }],
    is(400, 'RequestBodyMalformed'),
  ],
];

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
  ['nothing', '', is(400, 'RequestBodyMalformed')],
  ['no JSON', 'hello', is(400, 'RequestBodyMalformed')],
  [
    'half a line',
    `${JSON.stringify(HEAD)}\n{"key":"file","value":{"path":"a","con`,
    is(400, 'RequestBodyMalformed'),
  ],
  [
    'half a long line',
    `${JSON.stringify(HEAD)}\n{"key":"file","value":{"content":"${'a'.repeat(200_000)}`,
    is(400, 'RequestBodyMalformed'),
  ],
  ['no header', JSON.stringify(file('a', '')), is(400, 'RequestBodyMalformed')],
  ['two headers', `${JSON.stringify(HEAD)}\n${JSON.stringify(HEAD)}`, is(400, 'RequestBodyMalformed')],
  ['an array', '[]', is(400, 'RequestInvalid')],
  ['a number', '7', is(400, 'RequestInvalid')],
  [
    'no summary',
    `{"key":"header","value":{}}\n${JSON.stringify(file('a', ''))}`,
    is(400, 'CommitTitleMissing'),
  ],
  [
    'a blank summary',
    `{"key":"header","value":{"summary":" \\n "}}\n${JSON.stringify(file('a', ''))}`,
    is(400, 'CommitTitleMissing'),
  ],
  [
    'a huge summary',
    JSON.stringify({ key: 'header', value: { summary: 'x'.repeat(66_000) } }),
    is(413, 'CommitMessageTooLong'),
  ],
  [
    'a line too long',
    `${JSON.stringify(HEAD)}\n{"x":"${'y'.repeat(17 * 1024 * 1024)}"}`,
    is(413, 'RequestBodyTooLarge'),
  ],
  [
    'half a pair of surrogates',
    `${JSON.stringify(HEAD)}\n{"key":"file","value":{"path":"a","content":"\\ud800"}}`,
    is(400, 'RequestBodyMalformed'),
  ],
];

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
  assertRefused(answer, is(400, 'RequestBodyMalformed'), 'bytes that are not UTF-8');
});

void test('commit() refuses too many operations and too large a body while it is still being sent', async () => {
  await using client = await openHubClient({ limits: { commitOperations: 10, commitBody: 300_000 } });
  const before = await stateOf(client);
  const many = Array.from({ length: 11 }, (_, n) => file(`f${n}`, ''));
  assertRefused(await client.commit(many), is(413, 'CommitTooManyOperations'), 'operations');
  const large = Array.from({ length: 10 }, (_, n) => file(`f${n}`, 'x'.repeat(60_000)));
  assertRefused(await client.commit(large), is(413, 'RequestBodyTooLarge'), 'body');
  assert.deepEqual(await stateOf(client), before);
});

void test('commit() refuses revisions and parents that are not there or not branches', async () => {
  await using client = await openHubClient();
  const first = await client.mustCommit(file('a', '1'));
  await client.mustCommit(file('a', '2'));
  await client.post('/api/models/ann/m/tag/main', { tag: 'v1' });
  const before = await stateOf(client);
  const cases: readonly (readonly [string, { revision?: string; header?: object }, Refusal])[] = [
    ['a branch that is not there', { revision: 'nope' }, is(404, 'RevisionNotFound')],
    ['a name that none can have', { revision: 'a..b' }, is(404, 'RevisionNotFound')],
    ['a commit', { revision: first }, is(400, 'RevisionNotABranch')],
    ['a tag', { revision: 'refs/tags/v1' }, is(400, 'RevisionNotABranch')],
    ['a tag by its name', { revision: 'v1' }, is(400, 'RevisionNotABranch')],
    ['a pull request', { revision: 'refs/pr/1' }, is(404, 'RevisionNotFound')],
    ['a stale parent', { header: { parentCommit: first } }, is(412, 'CommitStale')],
    ['an unknown parent', { header: { parentCommit: 'b'.repeat(40) } }, is(412, 'CommitStale')],
    ['a parent that is none', { header: { parentCommit: 'main' } }, is(400, 'CommitParentInvalid')],
  ];
  for (const [what, options, refusal] of cases)
    assertRefused(await client.commit([file('b', '')], options), refusal, what);
  const pull = await client.call('POST', '/api/models/ann/m/commit/main?create_pr=1', JSON.stringify(HEAD));
  assertRefused(pull, is(400, 'CommitNoPullRequests'), 'create_pr');
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
  assertRefused(foreign, is(400, 'CommitLfsObjectMissing'), 'foreign');
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
  assertRefused(await client.commit([file('w.bin', pointer)]), is(400, 'CommitLfsObjectMissing'), 'pointer');
  assert.deepEqual(await stateOf(client), before);
  const lie = `${JSON.stringify(HEAD)}\n${JSON.stringify({ key: 'lfsFile', value: { ...named, size: 5 } })}`;
  const answer = await client.call('POST', '/api/models/ann/other/commit/main', lie);
  assertRefused(answer, is(400, 'CommitLfsSizeDiffers'), 'size');
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
    assertRefused(asReader, is(403, 'RepoForbidden'), path);
    const asStranger = await client.call(method, path, body, {
      ...json,
      authorization: `Bearer ${stranger}`,
    });
    assertRefused(asStranger, is(404, 'RepoNotFound'), path);
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
    ['tree/nope', is(404, 'RevisionNotFound')],
    ['tree/main/no/folder', is(404, 'EntryNotFound')],
    ['tree/main/.gitattributes', is(404, 'EntryNotFound')],
    ['tree/main/a%2F..%2Fb', is(400, 'PathSegment')],
    ['tree/main?cursor=nonsense', is(400, 'ContentCursorInvalid')],
    ['tree/main?recursive=maybe', is(400, 'RequestInvalid')],
    ['tree/main?limit=0', is(400, 'RequestInvalid')],
    ['tree/%zz', is(400, 'RequestInvalid')],
    ['commits/nope', is(404, 'RevisionNotFound')],
    ['commits/main?p=-1', is(400, 'RequestInvalid')],
    [`tree/${'c'.repeat(40)}`, is(404, 'RevisionNotFound')],
  ];
  for (const [path, refusal] of gets)
    assertRefused(await client.call('GET', `/api/models/ann/m/${path}`), refusal, path);
  const posts: readonly (readonly [string, unknown, Refusal])[] = [
    ['branch/main', {}, is(409, 'RefExists')],
    ['branch/a..b', {}, is(400, 'RefInvalid')],
    [`branch/${'d'.repeat(40)}`, {}, is(400, 'RefInvalid')],
    ['branch/x', { startingPoint: 'nope' }, is(404, 'RevisionNotFound')],
    ['branch/main', { overwrite: true }, is(403, 'RefProtected')],
    ['branch/main%2Fx', {}, is(409, 'RefConflicts')],
    ['tag/nope', { tag: 'v1' }, is(404, 'RevisionNotFound')],
    ['tag/main', { tag: 'refs/heads/main' }, is(400, 'RefInvalid')],
    ['tag/main', {}, is(400, 'RequestInvalid')],
    ['super-squash/nope', {}, is(404, 'RevisionNotFound')],
    ['paths-info/nope', { paths: ['a'] }, is(404, 'RevisionNotFound')],
    ['paths-info/main', { paths: 7 }, is(400, 'RequestInvalid')],
    ['preupload/nope', { files: [] }, is(404, 'RevisionNotFound')],
    ['preupload/main', { files: [{ path: '../x', size: 1, sample: '' }] }, is(400, 'PathSegment')],
    ['preupload/main', { files: [{ path: 'x', size: -1, sample: '' }] }, is(400, 'RequestInvalid')],
    ['preupload/main?create_pr=1', { files: [] }, is(400, 'CommitNoPullRequests')],
  ];
  for (const [path, body, refusal] of posts)
    assertRefused(await client.post(`/api/models/ann/m/${path}`, body), refusal, path);
  for (const [path, refusal] of [
    ['branch/main', is(403, 'RefProtected')],
    ['branch/nope', is(404, 'RevisionNotFound')],
    ['tag/nope', is(404, 'RevisionNotFound')],
  ] as const)
    assertRefused(await client.call('DELETE', `/api/models/ann/m/${path}`), refusal, path);
  assert.deepEqual(await stateOf(client), before);
});

void test('a body in chunks that grows too large is answered before the connection ends', async () => {
  await using client = await openHubClient();
  const answer = await fetch(`${client.hub.url}/api/models/ann/m/paths-info/main`, {
    method: 'POST',
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json' },
    body: (async function* () {
      for (let n = 0; n < 40; n += 1) yield await Promise.resolve(new Uint8Array(50_000).fill(0x20));
    })(),
    duplex: 'half',
  });
  assert.equal(answer.status, 413);
  assert.equal(answer.headers.get('x-error-code'), 'RequestBodyTooLarge');
});
