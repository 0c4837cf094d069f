// The `hf` command, as the README shows it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { mustRun, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';

for (const venv of ['hub-newest', 'hub-0.34']) {
  void test(`${venv}: hf uploads, downloads and says who one is`, async (t) => {
    await using instance = await startInstance();
    await using home = await openScratch('hf');
    const env = clientEnvironment(home.path, await openCast(instance));
    const command = venvProgram(venv, 'hf');
    const hf = async (...args: readonly string[]): Promise<string> =>
      await mustRun(command, args, { env, cwd: home.path });
    const weights = randomBytes(1_500_000);
    await mkdir(path.join(home.path, 'my-model/sub'), { recursive: true });
    await writeFile(path.join(home.path, 'my-model/config.json'), '{"hidden_size": 8}\n');
    await writeFile(path.join(home.path, 'my-model/sub/model.safetensors'), weights);

    await t.test('hf auth whoami names the user', async () => {
      assert.match(await hf('auth', 'whoami'), /admin/);
    });
    await t.test('hf upload makes the repository and uploads the folder', async () => {
      assert.match(
        await hf('upload', 'admin/my-model', './my-model'),
        new RegExp(`${instance.url}/admin/my-model`),
      );
    });
    await t.test('hf upload of the same folder again succeeds', async () => {
      await hf('upload', 'admin/my-model', './my-model');
    });
    await t.test('hf download gives the same bytes', async () => {
      await hf('download', 'admin/my-model', '--local-dir', 'copy');
      assert.deepEqual(await readFile(path.join(home.path, 'copy/sub/model.safetensors')), weights);
      assert.equal(await readFile(path.join(home.path, 'copy/config.json'), 'utf8'), '{"hidden_size": 8}\n');
    });
    await t.test('hf download of one file, into the cache', async () => {
      const printed = await hf('download', 'admin/my-model', 'config.json');
      assert.match(printed, /config\.json/);
    });
    await t.test('hf upload of one file into a dataset, with a message', async () => {
      const args = ['--repo-type', 'dataset', '--commit-message', 'One file'];
      await hf('upload', 'admin/one-file', './my-model/config.json', 'renamed.json', ...args);
      await hf('download', 'admin/one-file', '--repo-type', 'dataset', '--local-dir', 'dataset');
      assert.equal(
        await readFile(path.join(home.path, 'dataset/renamed.json'), 'utf8'),
        '{"hidden_size": 8}\n',
      );
    });
    await t.test('hf upload under the old name of a repository reaches it under its new one', async () => {
      const { HF_TOKEN: token = '' } = env;
      const moved = await fetch(`${instance.url}/api/repos/move`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ fromRepo: 'admin/my-model', toRepo: 'admin/renamed', type: 'model' }),
      });
      assert.equal(moved.status, 200);
      await writeFile(path.join(home.path, 'my-model/later.txt'), 'later');
      await hf('upload', 'admin/my-model', './my-model');
      const files = await hf('download', 'admin/renamed', 'later.txt');
      assert.match(files, /later\.txt/);
    });
    await t.test('hf download of what is not there fails and says so', async () => {
      const outcome = await runProgram(command, ['download', 'admin/not-there'], { env, cwd: home.path });
      assert.notEqual(outcome.status, 0);
      assert.match(outcome.stdout + outcome.stderr, /not found/i);
    });
  });
}
