// What a README wants preloaded: laid out as the clients keep it, and nothing that whoever pushed it may not read.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openProgramHub, type ProgramHub } from '../../harness/program-hub.ts';
import { OPERATOR } from '../../harness/served-hub.ts';
import { openSuperuserPool } from '../../harness/superuser.ts';

const readme = (wanted: string): string => `---\nsdk: gradio\npreload_from_hub:\n- ${wanted}\n---\n`;

/** A commit with this README, and what the runner is asked then. */
async function pushed({ push, runner }: ProgramHub, wanted: string) {
  await push('README.md', readme(wanted));
  return await runner.wanted('ann/demo', ({ app }) => app.preloaded.length > 0);
}

void test('a public model is there as the clients keep it', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  await opened.begin();
  await hub.addUser('bob');
  const files = { 'config.json': '{}', 'deep/vocabulary.txt': 'a\nb\n', 'other.bin': 'x' };
  const model = await hub.addRepo('bob/small', { type: 'model', visibility: 'public', files });
  const want = await pushed(opened, 'bob/small config.json,deep/vocabulary.txt');
  assert.deepEqual(want.app.preloaded, ['models--bob--small']);
  const folder = `${runner.folders.sources}/${want.space}/${want.commit}.hub/models--bob--small`;
  assert.equal(await readFile(`${folder}/refs/main`, 'utf8'), model.head);
  const snapshot = `${folder}/snapshots/${model.head}`;
  assert.equal(await readFile(`${snapshot}/deep/vocabulary.txt`, 'utf8'), 'a\nb\n');
  const blob = createHash('sha1').update('blob 2\0{}').digest('hex');
  assert.equal(await readlink(`${snapshot}/config.json`), `../../blobs/${blob}`);
  await assert.rejects(readFile(`${snapshot}/other.bin`));
});

void test('a private model of another answers as one that is not there', async () => {
  await using opened = await openProgramHub();
  const { hub, runner, becomes } = opened;
  const first = await opened.begin();
  await hub.addUser('bob');
  await hub.addRepo('bob/hidden', { type: 'model', visibility: 'private', files: { 'config.json': '{}' } });
  const said = new Set<string>();
  for (const name of ['bob/hidden', 'bob/nothing', 'nobody/nothing']) {
    await opened.push('README.md', readme(name));
    const until = Date.now() + 60_000;
    let message = '';
    for (; !message.includes(name) && Date.now() < until; await delay(50))
      message = (await becomes('BUILD_ERROR')).errorMessage ?? '';
    said.add(message.replace(name, 'NAME'));
  }
  assert.equal(said.size, 1);
  assert.match(
    [...said][0] ?? '',
    /there is no model NAME with a revision "main" that everybody may read, or whoever pushed this/,
  );
  assert.ok(!runner.heard.some((frame) => frame.type === 'want' && frame.generation > first.generation));
});

void test('a file that the model does not have is named', async () => {
  await using opened = await openProgramHub();
  await opened.begin();
  await opened.hub.addUser('bob');
  await opened.hub.addRepo('bob/small', { type: 'model', visibility: 'public', files: { a: 'x' } });
  await opened.push('README.md', readme('bob/small b.json'));
  assert.match(
    (await opened.becomes('BUILD_ERROR')).errorMessage ?? '',
    /model bob\/small has no file "b.json"/,
  );
});

/** Reads of a repository that are on record, by whom and what. */
async function readsOf({ hub }: ProgramHub, { id }: { readonly id: string }): Promise<unknown[]> {
  await using superuser = openSuperuserPool(hub.database);
  const { rows } = await superuser.pool.query(
    `select actor, credential, body::jsonb->>'path' as path from ledger.entry where kind = 'read.private' and subject = $1`,
    [`repo:${id}`],
  );
  const reads = rows as { actor: string; credential: string; path: string }[];
  return reads.map(({ actor, credential, path }) => [actor.split(':')[0], credential.split(':')[0], path]);
}

/** What is said of a wish that cannot be met. */
async function refused({ becomes }: ProgramHub, name: string): Promise<string> {
  let message = '';
  for (let tries = 0; tries < 1_200 && !message.includes(name); tries += 1) {
    message = (await becomes('BUILD_ERROR')).errorMessage ?? '';
    await delay(50);
  }
  return message;
}

const PRIVATE = { type: 'model', visibility: 'private', files: { 'config.json': '{"own":1}' } } as const;

void test('a private model that its pusher may read is there, as a read of theirs', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  await opened.begin();
  const model = await hub.addRepo('ann/hidden', PRIVATE);
  const want = await pushed(opened, 'ann/hidden');
  const folder = `${runner.folders.sources}/${want.space}/${want.commit}.hub/models--ann--hidden`;
  assert.equal(await readFile(`${folder}/snapshots/${model.head}/config.json`, 'utf8'), '{"own":1}');
  assert.deepEqual(await readsOf(opened, model), [['user', 'token', '*']]);
});

/** Pushes a file through a token that reaches this Space alone, although its owner may read more. */
async function pushNarrowly({ hub, repo }: ProgramHub, path: string, content: string): Promise<void> {
  const entity = { type: 'space', id: repo.id, name: 'ann/demo' } as const;
  const scoped = [{ entity, permissions: ['repo.content.read', 'repo.write'] }] as const;
  const grant = { role: 'fineGrained', scoped, global: [], canReadGatedRepos: false } as const;
  const { text } = await hub.modules.tokens.issue(OPERATOR, { user: 'ann', name: 'narrow', grant });
  const lines = [
    { key: 'header', value: { summary: 'changed' } },
    { key: 'file', value: { path, content } },
  ];
  const pushed = await fetch(`${hub.url}/api/spaces/ann/demo/commit/main`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${text.reveal('to push with it')}`,
      'content-type': 'application/x-ndjson',
    },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  assert.equal(pushed.status, 200, await pushed.text());
}

void test('a push through a token that does not reach the model does not have it', async () => {
  await using opened = await openProgramHub();
  await opened.begin();
  const model = await opened.hub.addRepo('ann/hidden', PRIVATE);
  await pushed(opened, 'ann/hidden');
  await pushNarrowly(opened, 'app.py', 'print(3)');
  assert.match(await refused(opened, 'ann/hidden'), /there is no model ann\/hidden/);
  assert.equal((await readsOf(opened, model)).length, 1);
});

void test('who pushes on top does not lend their right to what another wants preloaded', async () => {
  await using opened = await openProgramHub();
  await opened.begin();
  const model = await opened.hub.addRepo('ann/hidden', PRIVATE);
  await pushNarrowly(opened, 'README.md', readme('ann/hidden'));
  await refused(opened, 'ann/hidden');
  await opened.push('app.py', 'print(4)');
  await delay(1_500);
  assert.match(await refused(opened, 'ann/hidden'), /there is no model ann\/hidden/);
  assert.deepEqual(await readsOf(opened, model), []);
});

/** What the log of the build has within a second: it goes on for as long as the Space does. */
async function readBuildLog({ hub, bearer }: ProgramHub): Promise<string> {
  const ended = AbortSignal.timeout(1_000);
  let log = '';
  try {
    const answer = await fetch(`${hub.url}/api/spaces/ann/demo/logs/build`, {
      headers: bearer,
      signal: ended,
    });
    for await (const part of answer.body ?? []) log += Buffer.from(part).toString();
  } catch (error) {
    if (!ended.aborted) throw error;
  }
  return log;
}

void test('what a program is said to use is there where it can be read, and left out where not', async () => {
  await using opened = await openProgramHub();
  await opened.begin();
  await opened.hub.addUser('bob');
  await opened.hub.addRepo('bob/hidden', PRIVATE);
  await opened.hub.addRepo('ann/own', PRIVATE);
  const rows = { ...PRIVATE, type: 'dataset', visibility: 'public' } as const;
  await opened.hub.addRepo('bob/rows', rows);
  const uses =
    'models:\n- bob/hidden\n- ann/own\n- gpt2\n- nobody/nothing\ndatasets:\n- bob/rows\n- datasets/bob/rows\n';
  await opened.push('README.md', `---\nsdk: gradio\n${uses}---\n`);
  const want = await opened.runner.wanted('ann/demo', ({ app }) => app.preloaded.length > 0);
  assert.deepEqual(want.app.preloaded, ['datasets--bob--rows', 'models--ann--own']);
  // Of one that may not be known no more is said than of one that is not there; and of one that is there as little.
  const named = 'which is not preloaded: a repository of this hub is named as "owner/name"';
  const notices = [`"models" names "gpt2", ${named}`, `"datasets" names "datasets/bob/rows", ${named}`];
  assert.deepEqual((await opened.ask('GET', '/runtime')).answer.notices, notices);
  const log = await readBuildLog(opened);
  for (const notice of notices) assert.ok(log.includes(JSON.stringify(`README.md: ${notice}\n`)), log);
});
