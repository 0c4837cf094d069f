// The `hf` command, as the README shows it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { mintToken } from '@holdfast/kernel/token-text';
import { openCast } from '../harness/cast.ts';
import { startInstance } from '../harness/instance.ts';
import { mustRun, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { runOnTerminal } from '../harness/terminal.ts';

interface LoginPlace {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** Logs in on a terminal; gives what that showed. Each client asks for what it knows. */
async function pasteToken(command: string, on: LoginPlace, token: string): Promise<string> {
  const isNew = (await mustRun(command, ['auth', 'login', '--help'], on)).includes('browser');
  return await runOnTerminal([command, 'auth', 'login'], on, [
    ...(isNew ? ([[/How would you like to log in/, '2']] as const) : []),
    [/Enter your token/, `${token}\n`],
    ...(isNew ? [] : ([[/git credential/, 'n\n']] as const)),
  ]);
}

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
    await t.test(
      'hf auth login keeps a token that is given or pasted, and hf auth whoami uses it',
      async () => {
        const token = env['HF_TOKEN'] ?? '';
        for (const [way, logIn] of [
          [
            'given',
            async (on: LoginPlace) => await mustRun(command, ['auth', 'login', '--token', token], on),
          ],
          ['pasted', async (on: LoginPlace) => await pasteToken(command, on, token)],
        ] as const) {
          await using elsewhere = await openScratch('hf-login');
          const { HF_ENDPOINT = '' } = env;
          const on = { env: clientEnvironment(elsewhere.path, { HF_ENDPOINT }), cwd: elsewhere.path };
          const before = await runProgram(command, ['auth', 'whoami'], on);
          assert.match(before.stdout + before.stderr, /not logged in/i);
          assert.ok(!(await logIn(on)).includes(token), `${way}: it is not shown`);
          assert.match(await mustRun(command, ['auth', 'whoami'], on), /admin/, way);
        }
      },
    );
    await t.test('hf auth login refuses a token that is not live, and keeps nothing of it', async () => {
      await using elsewhere = await openScratch('hf-login');
      const { HF_ENDPOINT = '' } = env;
      const on = { env: clientEnvironment(elsewhere.path, { HF_ENDPOINT }), cwd: elsewhere.path };
      const never = mintToken().reveal('to paste it');
      const refused = await runProgram(command, ['auth', 'login', '--token', never], on);
      assert.notEqual(refused.status, 0);
      assert.match(refused.stdout + refused.stderr, /invalid/i);
      const kept = await runProgram('grep', ['-rl', never, elsewhere.path]);
      assert.equal(kept.stdout, '');
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
