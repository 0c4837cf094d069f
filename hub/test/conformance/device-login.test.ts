// `hf auth login` by a code that a person enters in a browser, as the newest client does it on a terminal.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startInstance } from '../harness/instance.ts';
import { mustRun, runProgram } from '../harness/program.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { runOnTerminal } from '../harness/terminal.ts';
import { TestBrowser } from '../harness/test-browser.ts';

const PASSWORD = 'a long enough password';
/** `hf auth login` on a terminal, which asks how; the first answer is a browser. Tells the code, and whether it ended well. */
function logIn(place: LoginPlace): { readonly code: () => Promise<string>; readonly ended: Promise<Ended> } {
  let shown = '';
  const watch = (text: string): void => void (shown = text);
  const dialogue = [[/How would you like to log in/, '1']] as const;
  const ended = runOnTerminal(
    [venvProgram('hub-newest', 'hf'), 'auth', 'login'],
    { ...place, watch },
    dialogue,
  ).then(
    (said) => ({ isIn: true, said }),
    (error: unknown) => ({ isIn: false, said: String(error) }),
  );
  const code = async (): Promise<string> => {
    let isOver = false;
    void ended.then(() => (isOver = true));
    for (;;) {
      const found = /\/device\?code=([A-Z]{4}-[A-Z]{4})/.exec(shown)?.[1];
      if (found !== undefined) return found;
      if (isOver) throw new Error(shown);
      await delay(100);
    }
  };
  return { code, ended };
}

interface LoginPlace {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

interface Ended {
  readonly isIn: boolean;
  readonly said: string;
}

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
      const { code, ended } = logIn({ env, cwd: home.path });
      const userCode = await code();
      const browser = new TestBrowser(instance);
      const page = `/device?code=${userCode}`;
      assert.equal((await browser.open(page)).location, `/sign-in?to=${encodeURIComponent(page)}`);
      await browser.signIn('admin', PASSWORD);
      assert.match((await browser.open(page)).body, new RegExp(userCode));
      const answered = await browser.send(`/device?/${answer}`, { code: userCode, 'user:admin': 'read' });
      assert.equal(answered.location, `/device?done=${answer === 'approve' ? 'approved' : 'denied'}`);
      const { isIn, said } = await ended;
      assert.equal(isIn, answer === 'approve', said);
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
