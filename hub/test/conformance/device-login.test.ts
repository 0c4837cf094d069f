// `hf auth login` by a code that a person enters in a browser, as the newest client does it by itself.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { startInstance } from '../harness/instance.ts';
import { mustRun, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const PASSWORD = 'a long enough password';
// The command asks how to log in where there is a terminal; this is what it does with the answer.
const LOGIN = 'from huggingface_hub import _login; _login._device_code_login()';

for (const answer of ['approve', 'deny'] as const)
  void test(
    `a program is let in, or not, by a person who is signed in (${answer})`,
    { timeout: 120_000 },
    async () => {
      await using home = await openScratch('hf-device');
      const file = path.join(home.path, 'password');
      await writeFile(file, PASSWORD, { mode: 0o600 });
      await using instance = await startInstance({ env: { HOLDFAST_ADMIN_PASSWORD_FILE: file } });
      const env = clientEnvironment(home.path, { HF_ENDPOINT: instance.url });
      const program = spawn(venvProgram('hub-newest', 'python'), ['-u', '-c', LOGIN], { env, stdio: 'pipe' });
      let said = '';
      program.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      program.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const ended = new Promise<number | null>((resolve) => program.once('exit', resolve));
      const code = async (): Promise<string> => {
        for (;;) {
          const found = /\/device\?code=([A-Z]{4}-[A-Z]{4})/.exec(said)?.[1];
          if (found !== undefined) return found;
          if (program.exitCode !== null) throw new Error(said);
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      };
      const userCode = await code();
      const browser = new TestBrowser(instance);
      const page = `/device?code=${userCode}`;
      assert.equal((await browser.open(page)).location, `/sign-in?to=${encodeURIComponent(page)}`);
      await browser.signIn('admin', PASSWORD);
      assert.match((await browser.open(page)).body, new RegExp(userCode));
      const answered = await browser.send(`/device?/${answer}`, { code: userCode, 'user:admin': 'read' });
      assert.equal(answered.location, `/device?done=${answer === 'approve' ? 'approved' : 'denied'}`);
      assert.equal((await ended) === 0, answer === 'approve', said);
      const who = await runProgram(venvProgram('hub-newest', 'hf'), ['auth', 'whoami'], {
        env,
        cwd: home.path,
      });
      if (answer === 'deny') return assert.match(said, /denied/i);
      assert.match(who.stdout, /admin/);
      const stored = await mustRun('grep', ['-rhoE', 'hf_[A-Za-z0-9]{36}', home.path]);
      const answerOf = await fetch(`${instance.url}/api/whoami-v2`, {
        headers: { authorization: `Bearer ${stored.split('\n')[0]}` },
      });
      const { auth } = (await answerOf.json()) as {
        auth: { accessToken: { role: string; displayName: string } };
      };
      assert.deepEqual(auth.accessToken.role, 'fineGrained');
      assert.equal(auth.accessToken.displayName, `hf-login-${userCode.replace('-', '').toLowerCase()}`);
      assert.ok(
        !(await readFile(path.join(instance.data, 'logs/hub.log'), 'utf8')).includes(stored.slice(0, 40)),
      );
    },
  );
