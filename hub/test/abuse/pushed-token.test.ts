// A token that somebody is about to publish stays out: the push is refused with file and line, whichever way the text comes
// in, and the refusal tells neither whether the token lives nor whose it is.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mintToken } from '@holdfast/kernel/token-text';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

const REPO = 'ada/model';

interface Setting extends ServedHub {
  readonly ada: string;
}

async function openSetting(): Promise<Setting> {
  const hub = await openServedHub();
  const ada = await hub.addUser('ada');
  await hub.addRepo(REPO);
  return Object.assign(hub, { ada });
}

async function post({ url, ada }: Setting, path: string, body: string | object): Promise<Response> {
  const type = typeof body === 'string' ? 'application/x-ndjson' : 'application/json';
  return await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada}`, 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** Commits files; base64, as the clients send them. */
async function commit(
  hub: Setting,
  files: Readonly<Record<string, string>>,
  summary = 'Add',
): Promise<Response> {
  const lines = Object.entries(files).map(([path, text]) => ({
    key: 'file',
    value: { path, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
  }));
  const all = [{ key: 'header', value: { summary } }, ...lines];
  return await post(
    hub,
    `/api/models/${REPO}/commit/main`,
    all.map((line) => JSON.stringify(line)).join('\n'),
  );
}

async function head({ url, ada }: Setting): Promise<string> {
  const answer = await fetch(`${url}/api/models/${REPO}`, { headers: { authorization: `Bearer ${ada}` } });
  return ((await answer.json()) as { sha: string }).sha;
}

const mint = (): string => mintToken().reveal('the test pushes it');

async function requireRefused(answer: Response, token: string, place: string): Promise<void> {
  const text = await answer.text();
  assert.equal(answer.status, 400, text);
  const { error } = JSON.parse(text) as { error: string };
  assert.ok(error.startsWith(place), error);
  assert.ok(!text.includes(token) && !JSON.stringify([...answer.headers]).includes(token));
}

void test('a push that holds a token', async (t) => {
  await using hub = await openSetting();
  const before = await head(hub);

  await t.test('in a file, is refused with file and line, and changes nothing', async () => {
    const token = mint();
    const files = { 'a.txt': 'harmless\n', 'deep/run.py': `import os\n\nTOKEN = "${token}"\n` };
    await requireRefused(
      await commit(hub, files),
      token,
      '"deep/run.py" holds an access token of this hub, in line 3 ',
    );
    assert.equal(await head(hub), before);
  });

  await t.test('in a notebook, in base64 over several lines', async () => {
    const token = mint();
    const packed = Buffer.from(`${'x'.repeat(100)}${token}`).toString('base64');
    const output = packed.replaceAll(/.{76}/g, '$&\n');
    const notebook = JSON.stringify(
      { cells: [{ outputs: [{ data: { 'image/png': output } }] }] },
      undefined,
      1,
    );
    await requireRefused(await commit(hub, { 'n.ipynb': notebook }), token, '"n.ipynb" ');
  });

  await t.test('far into a large file, over the border of what is read at once', async () => {
    const line = `${'y'.repeat(99)}\n`;
    // Slices end after 131,072 bytes.
    for (const shift of [40, 50, 70]) {
      const token = mint();
      const text = `${line.repeat(1310)}${' '.repeat(shift)}${token}\n${line.repeat(100)}`;
      await requireRefused(
        await commit(hub, { 'large.txt': text }),
        token,
        '"large.txt" holds an access token of this hub, in line 1311 ',
      );
    }
  });

  await t.test('in the message of a commit or of a tag', async () => {
    const token = mint();
    await requireRefused(await commit(hub, { 'a.txt': 'a' }, `Use ${token}`), token, 'The message ');
    const tag = { tag: 'v1', message: `with ${token}` };
    await requireRefused(await post(hub, `/api/models/${REPO}/tag/main`, tag), token, 'The message ');
    const squash = { message: token };
    await requireRefused(
      await post(hub, `/api/models/${REPO}/super-squash/main`, squash),
      token,
      'The message ',
    );
  });

  await t.test('in the files that a repository is made with', async () => {
    const token = mint();
    const content = Buffer.from(`---\n---\n${token}`).toString('base64');
    const wish = { name: 'made', files: [{ path: 'README.md', content, encoding: 'base64' }] };
    await requireRefused(await post(hub, '/api/repos/create', wish), token, '"README.md" ');
  });

  await t.test('is refused alike for a live one, an ended one, and one that never was', async () => {
    const ended = await hub.addUser('bob');
    const [bobs] = await hub.modules.tokens.list(OPERATOR, 'bob');
    assert.ok(bobs);
    await hub.modules.tokens.revoke(OPERATOR, bobs.token.id);
    const headers = { authorization: `Bearer ${ended}` };
    assert.equal((await fetch(`${hub.url}/api/whoami-v2`, { headers })).status, 401);
    const answers = [];
    for (const token of [hub.ada, ended, mint()]) {
      const answer = await commit(hub, { 'same.txt': token });
      answers.push({ status: answer.status, text: await answer.text() });
    }
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
  });

  await t.test('is taken when it only looks like one', async () => {
    const files = {
      'a.txt': `hf_${'a'.repeat(36)} hf_ ${Buffer.from(`hf_${'b'.repeat(36)}`).toString('base64')}`,
    };
    assert.equal((await commit(hub, files)).status, 200);
    assert.notEqual(await head(hub), before);
  });
});
