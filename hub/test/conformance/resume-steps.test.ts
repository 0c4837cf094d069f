// Each step of an upload is interrupted in its body: a file that is sent whole, a part of one, the shard that describes chunks, and
// the commit. What came of it is nothing; the step is made again, and then the file is there, once and byte for byte.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { MiB } from '@holdfast/kernel/size';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { findFreePort } from '../harness/nginx.ts';
import { mustRun } from '../harness/program.ts';
import { PLAIN_TRANSFERS } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { DOWNLOAD, interrupt, runScript, UPLOAD, type Stage } from './interrupted.ts';

/** So small that the file is worth sending in parts. */
const PART = 5 * MiB;
/** Within the body of a shard and of a commit, which are small, and within a file or a part of one. */
const [SOME, MORE] = [100, 4_000_000];

const STEPS = {
  whole: { method: 'PUT', path: /^\/lfs\/uploads\/[^/]+\/[^/]+$/, after: MORE },
  part: { method: 'PUT', path: /^\/lfs\/uploads\/.*\/parts\//, after: MORE },
  shard: { method: 'POST', path: /\/shards(?:\/|$)/, after: SOME },
  commit: { method: 'POST', path: /\/commit\/main$/, after: SOME },
} as const;
/** What a hub with these parts is asked for. */
const HUBS = [
  { uploadPart: 64 * MiB, steps: ['whole', 'shard', 'commit'] },
  { uploadPart: PART, steps: ['part'] },
] as const;

for (const { uploadPart, steps } of HUBS)
  void test(`hub-newest: an upload is made again after an interruption (${steps.join(', ')})`, async (t) => {
    await using scratch = await openScratch('steps');
    const config = path.join(scratch.path, 'config.json');
    await writeFile(config, JSON.stringify({ limits: { uploadPart } }));
    const port = await findFreePort();
    const url = `http://127.0.0.1:${port}`;
    await using instance = await startInstance({ env: { HOLDFAST_URL: url, HOLDFAST_CONFIG: config } });
    const at = { venv: 'hub-newest', port, instance, cast: await openCast(instance, url) };
    for (const step of steps)
      for (const kind of ['cut', 'stall'] as const) await testStep(t, at, { step, kind });
    // Parts that arrived wait for the rest of their upload, until housekeeping takes them away.
    if (uploadPart === PART) return;
    await t.test('nothing is left of what was interrupted', async () => {
      const sizes = await mustRun('du', ['-sb', path.join(instance.data, 'objects')]);
      assert.ok(Number.parseInt(sizes, 10) < 2 * steps.length * 41_000_000, sizes);
    });
  });

async function testStep(
  t: TestContext,
  at: Stage,
  { step, kind }: { readonly step: keyof typeof STEPS; readonly kind: 'cut' | 'stall' },
): Promise<void> {
  const what = kind === 'cut' ? 'whose connection was cut' : 'whose client was killed';
  await t.test(`a ${step} ${what} is sent again`, async () => {
    const repo = `admin/${step}-${kind}`;
    const env = step === 'whole' || step === 'part' ? PLAIN_TRANSFERS : {};
    const { said, runs, ranges } = await interrupt(at, kind, {
      script: UPLOAD,
      repo,
      wish: STEPS[step],
      env,
    });
    assert.match(said, /sent/);
    if (kind === 'stall') assert.equal(runs, 2);
    assert.ok(ranges.length > 1, 'it was interrupted, and sent again');
    assert.equal(await countCommits(at, repo), 2, 'the first, and that of the upload');
    await using home = await openScratch('client');
    const download = { script: DOWNLOAD, repo, env: { HF_ENDPOINT: at.instance.url } };
    assert.match((await runScript(at, home.path, download)).stdout, /same bytes/);
  });
}

async function countCommits({ instance, cast }: Stage, repo: string): Promise<number> {
  const headers = { authorization: `Bearer ${cast.HF_TOKEN}` };
  const answer = await fetch(`${instance.url}/api/models/${repo}/commits/main`, { headers });
  assert.equal(answer.status, 200);
  return ((await answer.json()) as unknown[]).length;
}
