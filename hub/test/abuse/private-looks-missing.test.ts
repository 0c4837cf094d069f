// A stranger asks whether a private repository exists. Status, body, headers and time must be those of one that is not.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { ask, closeAnswers, assertSameTime, type Answer } from '../harness/timed-answers.ts';

interface Question {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly type?: string;
}

const OBJECT = `{"oid":"${'a'.repeat(64)}","size":1}`;

// `ID` stands for the repository, and `NAME` for its name.
const QUESTIONS: readonly Question[] = [
  { path: '/api/models/ID' },
  { path: '/api/models/ID?blobs=true&expand=siblings' },
  { path: '/api/models/ID/revision/main' },
  { path: '/api/models/ID/revision/nothing' },
  { path: '/api/models/ID/tree/main' },
  { path: '/api/models/ID/tree/main/a/b?recursive=true' },
  { path: '/api/models/ID/refs' },
  { path: '/api/models/ID/commits/main' },
  { path: '/api/models/ID/auth-check' },
  { path: '/api/models/ID/auth-check/write' },
  { path: '/api/models/ID/likers' },
  { path: '/api/models/ID/lfs-files' },
  { path: '/ID/resolve/main/README.md' },
  { path: '/ID/raw/main/README.md' },
  { method: 'HEAD', path: '/ID/resolve/main/.gitattributes' },
  { method: 'POST', path: '/api/models/ID/paths-info/main', body: '{"paths":["a"]}' },
  {
    method: 'POST',
    path: '/api/models/ID/preupload/main',
    body: '{"files":[{"path":"a","size":1,"sample":"YQ=="}]}',
  },
  { method: 'POST', path: '/api/models/ID/branch/b', body: '{}' },
  { method: 'POST', path: '/api/models/ID/tag/main', body: '{"tag":"t"}' },
  { method: 'DELETE', path: '/api/models/ID/branch/b' },
  { method: 'PUT', path: '/api/models/ID/settings', body: '{"private":false}' },
  { method: 'POST', path: '/api/models/ID/duplicate', body: '{"repository":"other/copy"}' },
  { method: 'POST', path: '/api/models/ID/like' },
  {
    method: 'POST',
    path: '/api/models/ID/commit/main',
    type: 'application/x-ndjson',
    body: '{"key":"header","value":{"summary":"x"}}\n{"key":"file","value":{"path":"a","content":"a"}}\n',
  },
  { method: 'POST', path: '/api/models/ID/super-squash/main', body: '{"message":"x"}' },
  { method: 'DELETE', path: '/api/repos/delete', body: '{"name":"NAME","organization":"admin"}' },
  {
    method: 'POST',
    path: '/api/repos/move',
    body: '{"fromRepo":"ID","toRepo":"other/moved","type":"model"}',
  },
  {
    method: 'POST',
    path: '/api/models/ID/lfs-files/batch',
    body: `{"deletions":{"sha":["${'a'.repeat(64)}"]}}`,
  },
  {
    method: 'POST',
    path: '/api/models/ID/lfs-files/duplicate',
    body: `{"target":{"type":"model","name":"other/target"},"files":[{"xetHash":"${'a'.repeat(64)}","sha256":"${'a'.repeat(64)}"}]}`,
  },
  {
    method: 'POST',
    path: '/ID.git/info/lfs/objects/batch',
    body: `{"operation":"download","objects":[${OBJECT}]}`,
  },
  {
    method: 'POST',
    path: '/ID.git/info/lfs/objects/batch',
    body: `{"operation":"upload","objects":[${OBJECT}]}`,
  },
  { method: 'POST', path: '/ID.git/info/lfs/locks/verify', body: '{}' },
  { path: '/api/models/ID/xet-read-token/main' },
  { path: '/api/models/ID/xet-write-token/main' },
];

const LONG = process.env['HOLDFAST_TEST_LONG'] === '1';

/**
 * Those whose time is compared: one that finds nothing, one that would open a file, one with a body. In the long form,
 * all of them, and without a token as well.
 */
const TIMED: readonly Question[] = QUESTIONS.filter(
  ({ path, body }) =>
    LONG ||
    path === '/api/models/ID' ||
    path === '/ID/resolve/main/README.md' ||
    body?.includes('"operation":"upload"') === true,
);

/** Asks a question of `admin/NAME`. */
async function askOf(
  url: string,
  name: string,
  { path, body, ...rest }: Question & { token?: string },
): Promise<Answer> {
  const of = (text: string): string => text.replaceAll('ID', `admin/${name}`).replaceAll('NAME', name);
  return await ask(url + of(path), { ...rest, ...(body !== undefined && { body: of(body) }) });
}

void test('a private repository answers strangers as a missing one does', async (t) => {
  await using instance = await startInstance();
  const cast = await openCast(instance);
  const created = await ask(`${instance.url}/api/repos/create`, {
    method: 'POST',
    token: cast.HF_TOKEN,
    body: '{"name":"hidden","private":true}',
  });
  assert.equal(created.status, 200, created.body);
  assert.equal((await ask(`${instance.url}/api/models/admin/hidden`, { token: cast.HF_TOKEN })).status, 200);

  const target = { method: 'POST', token: cast.OTHER_TOKEN, body: '{"name":"target"}' };
  assert.equal((await ask(`${instance.url}/api/repos/create`, target)).status, 200);

  for (const token of [cast.OTHER_TOKEN, undefined])
    for (const question of QUESTIONS)
      await t.test(
        `${question.method ?? 'GET'} ${question.path}, ${token === undefined ? 'anonymous' : 'signed in'}`,
        async () => {
          const asked = { ...question, ...(token !== undefined && { token }) };
          const hidden = await askOf(instance.url, 'hidden', asked);
          const missing = await askOf(instance.url, 'absent', asked);
          assert.deepEqual({ ...hidden, ms: 0 }, { ...missing, ms: 0 });
          assert.ok([401, 404].includes(missing.status), `${missing.status} ${missing.body}`);
        },
      );

  const askers = LONG ? [cast.OTHER_TOKEN, undefined] : [cast.OTHER_TOKEN];
  for (const { token, question } of askers.flatMap((one) =>
    TIMED.map((question) => ({ token: one, question })),
  ))
    await t.test(
      `${question.method ?? 'GET'} ${question.path} in the same time, by the median of 1,000, ${token === undefined ? 'anonymous' : 'signed in'}`,
      async () => {
        const asked = { ...question, ...(token !== undefined && { token }) };
        await assertSameTime(t, (name) => askOf(instance.url, name, asked));
      },
    );
  closeAnswers();
});
