// git-lfs as Debian has it, and the agent with which the `hf` command lends it uploads in parts. What came in as chunks it
// fetches as any other object: it knows nothing of them.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { openCast } from '../harness/cast.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { askOne, commit, sampleOf, type Sample } from '../harness/lfs.ts';
import { mustRun } from '../harness/program.ts';
import { venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { encodeXorb } from '../harness/xet-encode.ts';
import { openXet, putXorb, sampleOf as xetSampleOf, uploadXet, type XetSample } from '../harness/xet.ts';

const REPO = 'admin/lfs';
const ATTRIBUTES = '*.bin filter=lfs diff=lfs merge=lfs -text\n';

void test('git-lfs sends and fetches objects, whole and in parts, and fetches what came as chunks', async (t) => {
  await using ground = await openGround();
  const { git, cwd } = ground;

  await t.test('basic', async () => await send(ground, 'basic.bin', 3 * MiB + 1));
  await t.test('multipart, by the agent of the hf command', async () => {
    await git(['config', 'lfs.customtransfer.multipart.path', venvProgram('hub-newest', 'hf')], cwd);
    await git(['config', 'lfs.customtransfer.multipart.args', 'lfs-multipart-upload'], cwd);
    await send(ground, 'parts.bin', 9 * MiB + 7);
  });
  await t.test('a file that came as chunks is fetched whole', async () => {
    const sample = await sendChunks(ground, 'chunks.bin');
    await smudge(ground, 'chunks.bin', { ...sample, size: sample.bytes.length });
  });
  await t.test('a pull puts it where its pointer was', async () => await pull(ground, 'pulled.bin'));
  await t.test('the link to it gives ranges', async () => await fetchRanges(ground));
});

interface Ground extends AsyncDisposable {
  readonly instance: Instance;
  readonly token: string;
  readonly remote: string;
  readonly folder: string;
  /** The folder that is sent from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly git: (args: readonly string[], folder?: string) => Promise<string>;
}

/** A hub that takes small parts, with a repository, and a folder of git's for it. */
async function openGround(): Promise<Ground> {
  await using opened = new AsyncDisposableStack();
  const scratch = opened.use(await openScratch('git-lfs'));
  const config = path.join(scratch.path, 'config.json');
  await writeFile(config, JSON.stringify({ limits: { uploadPart: MiB } }));
  const instance = opened.use(await startInstance({ env: { HOLDFAST_CONFIG: config } }));
  const { HF_TOKEN: token } = await openCast(instance);
  const made = await fetch(`${instance.url}/api/repos/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'lfs', private: true }),
  });
  assert.equal(made.status, 200);
  const folder = scratch.path;
  const env = { HOME: folder, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const git: Ground['git'] = async (args, at = folder) => await mustRun('git', args, { env, cwd: at });
  const remote = `http://admin:${token}@${new URL(instance.url).host}/${REPO}`;
  const cwd = path.join(folder, 'work');
  await git(['init', '-q', '-b', 'main', cwd]);
  await git(['lfs', 'install', '--local'], cwd);
  await git(['remote', 'add', 'origin', remote], cwd);
  const running = opened.move();
  return {
    ...{ instance, token, remote, folder, cwd, env, git },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Sends a file by git-lfs, commits it, and fetches it. */
async function send(ground: Ground, name: string, size: number): Promise<void> {
  const { git, cwd } = ground;
  const sample = sampleOf(randomBytes(size));
  await writeFile(path.join(cwd, name), sample.bytes);
  await writeFile(path.join(cwd, '.gitattributes'), ATTRIBUTES);
  await git(['add', name], cwd);
  await git(['lfs', 'push', 'origin', '--object-id', sample.oid], cwd);
  const value = { path: name, algo: 'sha256', oid: sample.oid, size };
  await commit(ground.instance, { token: ground.token, repo: REPO }, [{ key: 'lfsFile', value }]);
  await smudge(ground, name, sample);
}

function pointerTo(oid: string, size: number): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${size}\n`;
}

/** Has git-lfs fetch what a pointer names, from nothing: what is here already would not be asked for. */
async function smudge({ git, folder, remote, env }: Ground, name: string, sample: Sample): Promise<void> {
  const fresh = path.join(folder, `fresh-${name}`);
  await git(['init', '-q', fresh]);
  await git(['remote', 'add', 'origin', remote], fresh);
  await writeFile(path.join(fresh, 'pointer'), pointerTo(sample.oid, sample.size));
  await mustRun('bash', ['-c', 'git lfs smudge < pointer > smudged'], { env, cwd: fresh });
  assert.ok((await readFile(path.join(fresh, 'smudged'))).equals(sample.bytes));
}

/** Has git-lfs put a file that came as chunks in the place of its pointer, which a commit has. */
async function pull(ground: Ground, name: string): Promise<void> {
  const { git, folder, remote } = ground;
  const sample = await sendChunks(ground, name);
  const checkout = path.join(folder, 'checkout');
  await git(['init', '-q', '-b', 'main', checkout]);
  await git(['lfs', 'install', '--local'], checkout);
  await git(['remote', 'add', 'origin', remote], checkout);
  await writeFile(path.join(checkout, '.gitattributes'), ATTRIBUTES);
  await writeFile(path.join(checkout, name), pointerTo(sample.oid, sample.bytes.length));
  await git(['add', '.'], checkout);
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  await git([...author, 'commit', '-q', '-m', 'pointer'], checkout);
  await git(['lfs', 'pull'], checkout);
  assert.ok((await readFile(path.join(checkout, name))).equals(sample.bytes));
  await git(['lfs', 'fsck'], checkout);
}

/** Sends and commits a file as chunks of two xorbs, packed in two ways, of which the second begins within the file. */
async function sendChunks({ instance, token }: Ground, name: string): Promise<XetSample> {
  const wish = { token, repo: REPO };
  const one = encodeXorb(chunksOf(30), 'lz4');
  const two = encodeXorb(chunksOf(20));
  const sample = xetSampleOf(one, [
    { xorb: one, start: 0, end: 30 },
    { xorb: two, start: 3, end: 20 },
    { xorb: one, start: 5, end: 7 },
  ]);
  const answer = await putXorb(await openXet(instance, wish, 'write'), two);
  assert.equal(answer.status, 200, await answer.text());
  await uploadXet(instance, { ...wish, sample, path: name });
  return sample;
}

function chunksOf(count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => randomBytes(60_000 + n));
}

/** Asks the link of a batch for ranges, over borders of chunks and xorbs, and for more than there is. */
async function fetchRanges(ground: Ground): Promise<void> {
  const { bytes, oid } = await sendChunks(ground, 'ranges.bin');
  const wish = { token: ground.token, repo: REPO, operation: 'download', transfers: ['basic'] } as const;
  const size = bytes.length;
  const { actions } = await askOne(ground.instance, { ...wish, sample: { oid, size } });
  const href = actions?.download?.href ?? '';
  const xorbsEnd = 30 * 60_000 + (29 * 30) / 2;
  const ranges = [
    [0, 1],
    [59_990, 120_010],
    [xorbsEnd - 100, xorbsEnd + 100],
    [size - 1, size],
  ] as const;
  for (const [start, end] of ranges) {
    const answer = await fetch(href, { headers: { range: `bytes=${start}-${end - 1}` } });
    assert.equal(answer.status, 206);
    assert.equal(answer.headers.get('content-range'), `bytes ${start}-${end - 1}/${size}`);
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(start, end)), `${start}-${end}`);
  }
  const beyond = await fetch(href, { headers: { range: `bytes=${size}-` } });
  assert.equal(beyond.status, 416);
  const all = await fetch(href);
  assert.equal(all.status, 200);
  assert.ok(Buffer.from(await all.arrayBuffer()).equals(bytes));
}
