// What a caller asks for and does not get is refused: dropped in silence it would be believed to be so.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openServedHub, type ServedHub } from '../../harness/served-hub.ts';

type Ask = (method: string, path: string, body: unknown) => Promise<[number, string | null, string]>;

async function setUp(): Promise<{ hub: ServedHub; ask: Ask }> {
  const hub = await openServedHub();
  const token = await hub.addUser('ada');
  await hub.addRepo('ada/model');
  const ask: Ask = async (method, path, body) => {
    const answer = await fetch(hub.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [answer.status, answer.headers.get('x-error-code'), await answer.text()];
  };
  return { hub, ask };
}

const DUPLICATE = '/api/models/ada/model/duplicate';
const SETTINGS = '/api/models/ada/model/settings';

void test('options that this hub does not offer are refused wherever they can be asked for', async () => {
  const { hub, ask } = await setUp();
  await using _hub = hub;
  const secrets = [{ key: 'TOKEN', value: 'x' }];
  for (const [path, body] of [
    ['/api/repos/create', { name: 'a', resourceGroupId: 'x' }],
    ['/api/repos/create', { name: 'a', region: 'eu' }],
    ['/api/repos/create', { name: 'a', type: 'space', volumes: [{ type: 'bucket' }] }],
    [DUPLICATE, { repository: 'ada/b', variables: secrets }],
    [DUPLICATE, { repository: 'ada/b', storageTier: 'large' }],
    [DUPLICATE, { repository: 'ada/b', resourceGroupId: 'x' }],
  ] as const)
    assert.deepEqual((await ask('POST', path, body)).slice(0, 2), [400, 'RepoOptionUnavailable'], path);
  // They are set by the call for it, whose body nobody parses.
  for (const [path, body] of [
    ['/api/repos/create', { name: 'a', type: 'space', secrets }],
    [DUPLICATE, { repository: 'ada/b', secrets }],
  ] as const)
    assert.deepEqual((await ask('POST', path, body)).slice(0, 2), [400, 'RepoSecretsComeLater'], path);
  for (const body of [
    { gated: 'manual', orgMembersGated: true },
    { gatedNotificationsEmail: 'ada@example.org' },
    { gatedNotificationsMode: 'real-time' },
    { discussionsSorting: 'trending' },
  ])
    assert.deepEqual((await ask('PUT', SETTINGS, body)).slice(0, 2), [400, 'RepoOptionUnavailable']);
  // What the clients send where nothing of this is wished.
  const plain = { visibility: 'private', gated: false, orgMembersGated: null, discussionsSorting: null };
  assert.equal((await ask('PUT', SETTINGS, plain))[0], 200);
  const harmless = { repository: 'ada/b', secrets: [], variables: null, hardware: 'cpu-basic' };
  assert.equal((await ask('POST', DUPLICATE, harmless))[0], 200);
});

void test('two answers to who may see a repository are refused where they differ', async () => {
  const { hub, ask } = await setUp();
  await using _hub = hub;
  for (const wish of [
    { private: true, visibility: 'public' },
    { private: false, visibility: 'private' },
    { private: true, visibility: 'protected' },
  ])
    for (const [method, path, body] of [
      ['POST', '/api/repos/create', { name: 'a', type: 'space', sdk: 'static' }],
      ['POST', DUPLICATE, { repository: 'ada/b' }],
      ['PUT', SETTINGS, {}],
    ] as const) {
      const [status, code, text] = await ask(method, path, { ...body, ...wish });
      assert.deepEqual([status, code], [400, 'RepoVisibilityContradicts'], text);
    }
  assert.equal((await ask('PUT', SETTINGS, { private: true, visibility: 'private' }))[0], 200);
});

void test('a new repository is not given a licence nobody knows, nor files that are not what they say', async () => {
  const { hub, ask } = await setUp();
  await using _hub = hub;
  const create = async (body: object) => await ask('POST', '/api/repos/create', { name: 'new', ...body });
  const [status, code, text] = await create({ license: 'foo-unknown' });
  assert.deepEqual([status, code], [400, 'RepoLicenceUnknown']);
  assert.match(text, /foo-unknown/);
  const file = (content: string) => ({ path: 'a.bin', encoding: 'base64', content });
  assert.deepEqual((await create({ files: [file('!!!not*base64')] })).slice(0, 2), [
    400,
    'RequestBodyMalformed',
  ]);
  assert.deepEqual((await create({ files: [file('YQ=='), file('Yg==')] })).slice(0, 2), [
    400,
    'RequestInvalid',
  ]);
  assert.equal((await create({ license: 'mit', files: [file('YQ==')] }))[0], 200);
});

void test('how a file is to be sent is not decided by a sample that is no base64', async () => {
  const { hub, ask } = await setUp();
  await using _hub = hub;
  const decide = async (sample: string) =>
    await ask('POST', '/api/models/ada/model/preupload/main', { files: [{ path: 'a', size: 3, sample }] });
  assert.deepEqual((await decide('***')).slice(0, 2), [400, 'RequestBodyMalformed']);
  for (const sample of ['', 'YWJj', 'YQ==']) assert.equal((await decide(sample))[0], 200);
});

void test('a tag that is there is not called missing by those who would write to it', async () => {
  const { hub, ask } = await setUp();
  await using _hub = hub;
  const repo = '/api/models/ada/model';
  assert.equal((await ask('POST', `${repo}/tag/main`, { tag: 'v1' }))[0], 200);
  const commit = { summary: 'x', files: [{ path: 'a', content: 'a' }] };
  assert.deepEqual((await ask('POST', `${repo}/commit/v1`, commit)).slice(0, 2), [400, 'RevisionNotABranch']);
  assert.deepEqual((await ask('POST', `${repo}/super-squash/v1`, {})).slice(0, 2), [
    400,
    'RevisionNotABranch',
  ]);
  assert.deepEqual((await ask('POST', `${repo}/commit/none`, commit)).slice(0, 2), [404, 'RevisionNotFound']);
});
