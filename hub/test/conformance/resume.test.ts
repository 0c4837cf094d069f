// A transfer that was interrupted goes on, and a client that was killed starts again, byte for byte: downloads and
// uploads, in chunks and whole.
import assert from 'node:assert/strict';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { findFreePort } from '../harness/nginx.ts';
import { mustRun } from '../harness/program.ts';
import { PLAIN_TRANSFERS } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { DOWNLOAD, interrupt, runScript, UPLOAD, type Stage } from './interrupted.ts';

/** Past two of the pieces of 10 MiB that clients write at once. */
const AFTER = 22_000_000;
const WHOLE = { method: 'GET', path: /\/big\.bin$/, after: AFTER } as const;
const CHUNKS = { method: 'GET', path: /^\/xet\/fetch\//, after: AFTER } as const;
const XORBS = { method: 'POST', path: /\/xorbs?\//, after: AFTER } as const;

for (const venv of ['hub-newest', 'hub-1', 'hub-1.10', 'hub-0.36', 'hub-0.34']) {
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
