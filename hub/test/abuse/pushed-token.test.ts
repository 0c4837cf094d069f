// A token that somebody is about to publish stays out: the push is refused with file and line, whichever way the text comes
// in, and the refusal tells neither whether the token lives nor whose it is. The owner of a live one is told.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mintToken } from '@holdfast/kernel/token-text';
import { LedgerReader } from '../../src/modules/ledger/index.ts';
import { withPool } from '../harness/shared-server.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';

const REPO = 'ada/model';
const EVES = 'eve/model';

interface Setting extends ServedHub {
  readonly ada: string;
  readonly eve: string;
}

async function openSetting(): Promise<Setting> {
  const hub = await openServedHub();
  const ada = await hub.addUser('ada');
  const eve = await hub.addUser('eve');
  await hub.addRepo(REPO);
  await hub.addRepo(EVES);
  return Object.assign(hub, { ada, eve });
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

/** Pushes somebody's token as Eve. */
async function pushAsEve(hub: Setting, token: string): Promise<{ status: number; text: string }> {
  const answer = await post({ ...hub, ada: hub.eve }, `/api/models/${EVES}/tag/main`, {
    tag: 'v1',
    message: `with ${token}`,
  });
  return { status: answer.status, text: await answer.text() };
}

/** Whom mails told of pushed tokens. */
async function told({ database, modules }: Setting): Promise<string[]> {
  await modules.pushedTokens.flush();
  return await withPool(database.superuser, async (pool) => {
    const { rows } = await pool.query<{ name: string }>(
      `select a.name from mail.message m join identity.account a on a.id = m.recipient_id
        where m.kind = 'token-pushed' order by m.created_at`,
    );
    return rows.map(({ name }) => name);
  });
}

void test('who owns a live token is told that somebody else pushed it', async (t) => {
  await using hub = await openSetting();
  const never = await pushAsEve(hub, mint());
  const adas = async () => (await hub.modules.tokens.list(OPERATOR, 'ada')).map((one) => one.pushedAt);

  await t.test('nobody is told of their own, of one that ended, or of one that never was', async () => {
    const ended = await hub.addToken('ada', 'read');
    await hub.modules.tokens.revoke(OPERATOR, ended.id as never);
    assert.deepEqual(await pushAsEve(hub, ended.text), never);
    assert.equal((await commit(hub, { 'own.txt': hub.ada })).status, 400);
    assert.deepEqual(await told(hub), []);
    assert.ok((await adas()).every((at) => at === null));
  });

  await t.test('the owner is told once a day, and the pusher gets the answer of all others', async () => {
    // Their own before it, so that the first of a text does not hide the next.
    assert.deepEqual(await pushAsEve(hub, `${hub.eve} ${hub.ada}`), never);
    assert.deepEqual(await told(hub), ['ada']);
    assert.deepEqual(await pushAsEve(hub, hub.ada), never);
    assert.deepEqual(await told(hub), ['ada']);
    assert.equal((await adas()).filter((at) => at !== null).length, 1);
    hub.passTime(24 * 60);
    assert.deepEqual(await pushAsEve(hub, hub.ada), never);
    assert.deepEqual(await told(hub), ['ada', 'ada']);
  });

  await t.test('the ledger says who it was, on the chain of the token', async () => {
    const [pushed] = (await hub.modules.tokens.list(OPERATOR, 'ada')).filter((one) => one.pushedAt !== null);
    const [eves] = await hub.modules.tokens.list(OPERATOR, 'eve');
    const entries = await new LedgerReader(hub.modules.db).listOfSubject(`token:${pushed?.token.id ?? ''}`);
    const [first] = entries.filter(({ kind }) => kind === 'token.pushed');
    assert.equal(first?.actor, `user:${eves?.token.userId ?? ''}`);
    assert.match(first.credential, /^token:/);
  });

  await t.test('the answer waits for nothing that only a live token has', async () => {
    await withPool(hub.database.superuser, async (pool) => {
      const client = await pool.connect();
      try {
        await client.query('begin; lock table tokens.pushed, mail.message in access exclusive mode');
        assert.deepEqual(await pushAsEve(hub, hub.ada), never);
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  });
});

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

  // As Jupyter writes them: an output's text is a list of lines, a picture one text whose breaks are escaped.
  const notebookOf = (outputs: readonly object[]): string =>
    JSON.stringify(
      { cells: [{ cell_type: 'code', source: ['login()'], outputs }], nbformat: 4 },
      undefined,
      1,
    );
  const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

  await t.test('in what a cell of a notebook printed or gave back, with the line', async () => {
    for (const outputOf of [
      (line: string) => ({ output_type: 'stream', name: 'stdout', text: ['first\n', line] }),
      (line: string) => ({ output_type: 'execute_result', data: { 'text/plain': ['first\n', line] } }),
      (line: string) => ({ output_type: 'error', traceback: ['first', `\u001b[0;31m${line}\u001b[0m`] }),
    ]) {
      const token = mint();
      const notebook = notebookOf([outputOf(`token=${token}`)]);
      const at = lineOf(notebook, token);
      assert.ok(at > 5);
      await requireRefused(
        await commit(hub, { 'n.ipynb': notebook }),
        token,
        `"n.ipynb" holds an access token of this hub, in line ${at} `,
      );
    }
  });

  await t.test('in base64 over several lines, with the line in which it begins', async () => {
    const token = mint();
    const packed = Buffer.from(`${'x'.repeat(100)}${token}`)
      .toString('base64')
      .replaceAll(/.{76}/g, '$&\n');
    const notebook = notebookOf([{ output_type: 'display_data', data: { 'image/png': packed } }]);
    await requireRefused(
      await commit(hub, { 'n.ipynb': notebook }),
      token,
      `"n.ipynb" holds an access token of this hub, in line ${lineOf(notebook, 'image/png')} `,
    );
    // 100 bytes take 134 letters: the token begins in the second line of those.
    await requireRefused(
      await commit(hub, { 'key.pem': `BEGIN\n${packed}\nEND\n` }),
      token,
      '"key.pem" holds an access token of this hub, in line 3 ',
    );
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
