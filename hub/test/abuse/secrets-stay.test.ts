// After a run in which every kind of secret was in play, none of them stands in what the instance wrote, says, shows of
// its processes or answers when something is wrong.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { startInstance, type Instance } from '../harness/instance.ts';
import { commit, put, regularFile, sampleOf, uploadFile, uploadLink } from '../harness/lfs.ts';
import { listDescendants } from '../harness/processes.ts';
import { openSuperuser } from '../harness/superuser.ts';

const REPO = 'admin/discreet';

/** A secret in the forms in which it could have been written down. */
interface Needle {
  readonly name: string;
  readonly forms: readonly Buffer[];
}

function needleOf(name: string, text: string): Needle {
  const bytes = Buffer.from(text);
  const forms = [text, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
  return { name, forms: forms.map((form) => Buffer.from(form)) };
}

/** The raw bytes of a key beside its text. */
function keyNeedle(name: string, base64: string): Needle {
  const raw = Buffer.from(base64, 'base64');
  return { name, forms: [...needleOf(name, base64).forms, raw, Buffer.from(raw.toString('hex'))] };
}

function findIn(haystack: Buffer, needles: readonly Needle[]): string[] {
  return needles.filter(({ forms }) => forms.some((form) => haystack.includes(form))).map(({ name }) => name);
}

async function keyNeedles(instance: Instance): Promise<Needle[]> {
  const folder = `${instance.data}.keys`;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // What the notary signed last and what the vault was about to do is no secret; their keys lie beside it.
  const files = entries.filter((entry) => entry.isFile() && !/\.jsonl?$/.test(entry.name));
  assert.ok(files.length >= 5);
  return await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const text = (await readFile(path.join(parentPath, name), 'utf8')).trim();
      if (name === 'root.key' || name.startsWith('box-')) return keyNeedle(name, longestOf(text));
      return name === 'hub.key' || name === 'hub-hours.key' ? keyNeedle(name, text) : needleOf(name, text);
    }),
  );
}

/** The key in a file of the vault: its longest run of base64. */
function longestOf(text: string): string {
  return (text.match(/[A-Za-z0-9+/]{40,}=*/g) ?? []).reduce((a, b) => (b.length > a.length ? b : a), '');
}

/** A request with any Host, as `fetch` would not send it. */
async function askRaw(
  instance: Instance,
  options: { path: string; method?: string; headers: Record<string, string>; body?: string },
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const { path: where, method = 'GET', headers, body } = options;
    const sent = request(
      { host: '127.0.0.1', port: instance.port, path: where, method, headers },
      (answer) => {
        let text = `${answer.statusCode}\n${answer.rawHeaders.join('\n')}\n`;
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve(text));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Does what goes right, then what goes wrong; gives the answers to the latter. */
async function play(
  instance: Instance,
  cast: { token: string; dead: string; wrong: string },
): Promise<string[]> {
  const { token, dead, wrong } = cast;
  const bearer = { authorization: `Bearer ${token}` };
  const json = { 'content-type': 'application/json' };
  await askRaw(instance, {
    path: '/api/repos/create',
    method: 'POST',
    headers: { ...bearer, ...json },
    body: JSON.stringify({ type: 'model', name: 'discreet', private: true }),
  });
  const to = { token, repo: REPO };
  await commit(instance, to, [regularFile('a.txt', 'a')]);
  await uploadFile(instance, { ...to, sample: sampleOf(100_000), path: 'b.bin' });
  const basic = (user: string, password: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  });
  const resolve = `/${REPO}/resolve/main/a.txt`;
  const wrongs = [
    { path: resolve, headers: { authorization: `Bearer ${dead}` } },
    { path: resolve, headers: basic('admin', wrong) },
    { path: resolve, headers: basic(dead, 'x') },
    { path: `${resolve}?token=${token}`, headers: {} },
    { path: resolve, headers: { authorization: token } },
    { path: resolve, headers: { cookie: `token=${token}` } },
    { path: '/api/repos/create', method: 'POST', headers: { ...bearer, ...json }, body: `{"type": ${token}` },
    {
      path: '/api/repos/create',
      method: 'POST',
      headers: { ...bearer, ...json },
      body: '{"type":"model","name":7}',
    },
    { path: `/api/models/${REPO}/commit/main`, method: 'POST', headers: bearer, body: `${token}\n` },
  ];
  // A name that does not exist is said back to whoever asked for it: it was theirs. It must not be written down.
  for (const where of [`/api/models/${token}`, `/${REPO}/resolve/${token}/a.txt`])
    await askRaw(instance, { path: where, headers: bearer });
  await askRaw(instance, { path: resolve, headers: { ...bearer, host: `${token}.example.org` } });
  const answers = [];
  for (const one of wrongs) answers.push(await askRaw(instance, one));
  return answers;
}

/** Sends the wrong bytes to a link, and the right ones to a link that was changed. */
async function misuseLinks(
  instance: Instance,
  token: string,
): Promise<{ signature: string; answers: string[] }> {
  const sample = sampleOf(1000);
  const href = await uploadLink(instance, { token, repo: REPO, sample });
  const url = new URL(href);
  const signature = url.searchParams.get('sig') ?? '';
  const answers = [];
  for (const link of [href, href.replace('size=1000', 'size=1001'), `${href}x`]) {
    const answer = await put(link, Buffer.alloc(sample.size));
    assert.ok(answer.status >= 400);
    answers.push(JSON.stringify([...answer.headers]) + (await answer.text()));
  }
  return { signature, answers };
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) yield path.join(entry.parentPath, entry.name);
}

function unlessGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

void test('no secret is left where others look', { timeout: 120_000 }, async (t) => {
  const password = `Given-${randomBytes(12).toString('hex')}`;
  const wrong = `Mistyped-${randomBytes(12).toString('hex')}`;
  await using instance = await startInstance({ env: { HOLDFAST_ADMIN_PASSWORD: password } });
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const made = await instance.admin(
    'token',
    'create',
    '--user',
    'admin',
    '--name',
    'dead',
    '--role',
    'write',
    '--json',
  );
  const dead = JSON.parse(made) as { id: string; token: string };
  await instance.admin('token', 'revoke', dead.id);
  const reset = await instance.admin('user', 'reset-password', 'admin', '--json');
  const { password: fresh } = JSON.parse(reset) as { password: string };
  assert.ok(fresh.length > 10);

  const answers = await play(instance, { token, dead: dead.token, wrong });
  const links = await misuseLinks(instance, token);
  const needles = [
    needleOf('the token', token),
    needleOf('the token without its prefix', token.slice(3)),
    needleOf('the revoked token', dead.token),
    needleOf('the password given at the start', password),
    needleOf('the password that was reset', fresh),
    needleOf('the password that was wrong', wrong),
    needleOf('the signature of a link', links.signature),
    ...(await keyNeedles(instance)),
  ];

  await t.test('the search finds what is there', () => {
    for (const { name, forms } of needles)
      for (const form of forms)
        assert.ok(findIn(Buffer.concat([randomBytes(50), form, randomBytes(50)]), needles).includes(name));
  });
  await t.test('in answers to what is wrong', () => {
    for (const answer of [...answers, ...links.answers]) {
      assert.match(answer, /error/i);
      const found = findIn(Buffer.from(answer), needles);
      assert.deepEqual(found, [], answer);
    }
  });
  await t.test('in what the supervisor printed', () => {
    assert.match(instance.output, /ready/);
    assert.deepEqual(findIn(Buffer.from(instance.output), needles), []);
  });
  await t.test('in arguments and environments of processes', async () => {
    const pids = [instance.pid, ...(await listDescendants(instance.pid)).map(({ pid }) => pid)];
    assert.ok(pids.length > 6);
    let read = 0;
    for (const pid of pids)
      for (const file of ['cmdline', 'environ']) {
        const bytes = await readFile(`/proc/${pid}/${file}`).catch(() => undefined);
        if (bytes === undefined) continue;
        read += bytes.length;
        assert.deepEqual(findIn(bytes, needles), [], `${file} of ${bytes.toString('latin1').slice(0, 80)}`);
      }
    assert.ok(read > 1000);
  });
  await t.test('in the database', async () => {
    await using superuser = await openSuperuser(instance);
    const { rows: tables } = await superuser.pool.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('information_schema') order by 1`,
    );
    assert.ok(tables.length > 80);
    for (const { name } of tables) {
      const { rows } = await superuser.pool.query<{ row: string }>(`select t::text as row from ${name} t`);
      const found = findIn(Buffer.from(rows.map(({ row }) => row).join('\n')), needles);
      assert.deepEqual(found, [], name);
    }
  });
  await t.test('in the files of the data folder, logs and database included', async () => {
    const looked = new Set<string>();
    // Twice: what was written anew or got another name while the others were read is read then.
    for (let pass = 0; pass < 2; pass += 1)
      for await (const file of filesBelow(instance.data)) {
        const now = await stat(file).catch(unlessGone);
        const version = `${file} ${now?.ino} ${now?.ctimeMs}`;
        if (now === undefined || looked.has(version)) continue;
        const bytes = await readFile(file).catch(unlessGone);
        if (bytes === undefined) continue;
        looked.add(version);
        assert.deepEqual(findIn(bytes, needles), [], file);
      }
    assert.ok(looked.size > 500);
  });
});
