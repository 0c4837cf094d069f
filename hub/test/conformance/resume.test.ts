// A transfer that was interrupted goes on, and a client that was killed starts again, byte for byte: downloads and
// uploads, in chunks and whole.
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { type Cast, openCast } from '../harness/cast.ts';
import { type Instance, startInstance } from '../harness/instance.ts';
import { type InterruptionWish, startInterruptingProxy } from '../harness/interrupting-proxy.ts';
import { findFreePort } from '../harness/nginx.ts';
import { mustRun, type Outcome, runProgram } from '../harness/program.ts';
import { clientEnvironment, PLAIN_TRANSFERS, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

const CONTENT = `
import hashlib, os, pathlib, sys
from huggingface_hub import HfApi
repo = sys.argv[1]
content = hashlib.shake_128(repo.encode()).digest(40_000_000)
`;
const UPLOAD = `${CONTENT}
pathlib.Path("big.bin").write_bytes(content)
HfApi().create_repo(repo, exist_ok=True)
HfApi().upload_file(path_or_fileobj="big.bin", path_in_repo="big.bin", repo_id=repo)
print("sent")
`;
const DOWNLOAD = `${CONTENT}
folder = HfApi().snapshot_download(repo)
found = (pathlib.Path(folder) / "big.bin").read_bytes()
assert found == content, len(found)
print("same bytes")
`;
/** Past two of the pieces of 10 MiB that clients write at once. */
const AFTER = 22_000_000;
const WHOLE = { method: 'GET', path: /\/big\.bin$/, after: AFTER } as const;
const CHUNKS = { method: 'GET', path: /^\/xet\/fetch\//, after: AFTER } as const;
const XORBS = { method: 'POST', path: /\/xorbs?\//, after: AFTER } as const;

for (const venv of ['hub-newest', 'hub-0.34']) {
  void test(`${venv}: transfers go on after an interruption`, async (t) => {
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    await using instance = await startInstance({ env: { HOLDFAST_URL: url } });
    const at = { venv, port, instance, cast: await openCast(instance, url) };
    await using home = await openScratch('client');
    const first = { script: UPLOAD, repo: 'admin/resumed', env: { HF_ENDPOINT: instance.url } };
    assert.equal((await runScript(at, home.path, first)).status, 0);
    await testDownloads(t, at);
    await testUploads(t, at);
  });
}

interface Stage {
  readonly venv: string;
  readonly port: number;
  readonly instance: Instance;
  readonly cast: Cast;
}

interface Script {
  readonly script: string;
  readonly repo: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

async function testDownloads(t: TestContext, at: Stage): Promise<void> {
  const whole = { script: DOWNLOAD, repo: 'admin/resumed', wish: WHOLE, env: PLAIN_TRANSFERS };
  const chunks = { script: DOWNLOAD, repo: 'admin/resumed', wish: CHUNKS };
  const old = at.venv === 'hub-0.34';
  await t.test('a whole file whose connection was cut is resumed with a range', async () => {
    // The old client gives up on a cut connection; asked again, it goes on where it stopped.
    const { said, ranges } = await interrupt(at, 'cut', whole);
    assert.match(said, /same bytes/);
    assert.match(ranges.at(-1) ?? '', /^bytes=[1-9]\d{6,}-/);
  });
  await t.test('a client that was killed in a whole file gets the same bytes the next time', async () => {
    const { said, ranges } = await interrupt(at, 'stall', whole);
    assert.match(said, /same bytes/);
    if (old) assert.match(ranges.at(-1) ?? '', /^bytes=[1-9]\d{6,}-/);
  });
  await t.test('chunks whose connection was cut are fetched again', async () => {
    const { said, runs, ranges } = await interrupt(at, 'cut', chunks);
    assert.match(said, /same bytes/);
    assert.equal(runs, 1);
    assert.ok(ranges.length > 1);
  });
  await t.test('a client that was killed in a chunk gets the same bytes the next time', async () => {
    const { said, ranges } = await interrupt(at, 'stall', chunks);
    assert.match(said, /same bytes/);
    assert.ok(ranges.length > 1);
  });
}

async function testUploads(t: TestContext, at: Stage): Promise<void> {
  for (const kind of ['cut', 'stall'] as const) {
    const what = kind === 'cut' ? 'whose connection was cut' : 'whose client was killed';
    await t.test(`a xorb ${what} is sent again`, async () => {
      const repo = `admin/${kind}`;
      const { said, runs, ranges } = await interrupt(at, kind, { script: UPLOAD, repo, wish: XORBS });
      assert.match(said, /sent/);
      assert.equal(runs, kind === 'cut' ? 1 : 2);
      assert.ok(ranges.length > 1);
      await using home = await openScratch('client');
      const download = { script: DOWNLOAD, repo, env: { HF_ENDPOINT: at.instance.url } };
      assert.match((await runScript(at, home.path, download)).stdout, /same bytes/);
    });
  }
  await t.test('nothing is left of what was interrupted', async () => {
    const sizes = await mustRun('du', ['-sb', path.join(at.instance.data, 'objects')]);
    assert.ok(Number.parseInt(sizes, 10) < 3 * 41_000_000, sizes);
  });
}

interface Seen {
  /** What the client printed that got to the end. */
  readonly said: string;
  /** How often it was started until then. */
  readonly runs: number;
  readonly ranges: readonly string[];
}

/** Runs a script through a proxy that interrupts one transfer; where it stalls, the client is killed. Then again. */
async function interrupt(
  at: Stage,
  kind: InterruptionWish['kind'],
  script: Script & { readonly wish: Omit<InterruptionWish, 'kind'> },
): Promise<Seen> {
  const ports = { port: at.port, hub: at.instance.port };
  await using proxy = await startInterruptingProxy(ports, { ...script.wish, kind });
  await using home = await openScratch('client');
  const kill = new AbortController();
  if (kind === 'stall') void proxy.interrupted.then(() => kill.abort());
  const first = await runScript(at, home.path, { ...script, signal: kill.signal }).catch(() => undefined);
  if (first?.status === 0) return { said: first.stdout, runs: 1, ranges: proxy.ranges };
  const { stdout, stderr } = await runScript(at, home.path, script);
  return { said: `${stdout}\n${stderr}`, runs: 2, ranges: proxy.ranges };
}

async function runScript({ venv, cast }: Stage, home: string, wish: Script): Promise<Outcome> {
  const { script, repo, env, signal } = wish;
  return await runProgram(venvProgram(venv, 'python'), ['-c', script, repo], {
    env: clientEnvironment(home, { ...cast, ...env }),
    cwd: home,
    ...(signal === undefined ? {} : { signal }),
  });
}
