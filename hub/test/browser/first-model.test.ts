// From a first start to the first model, as a newcomer goes: the administrator signs in with the password that the start left, home says
// three steps, and the commands that stand there, typed as they are, bring a folder up, which the model's page then shows.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { type Page } from 'playwright-core';
import { openChromium } from '../harness/chromium.ts';
import { startInstance, type Instance } from '../harness/instance.ts';
import { clientEnvironment, venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { takePictures } from '../harness/screenshots.ts';
import { runOnTerminal } from '../harness/terminal.ts';

const CARD = '---\nlicense: mit\n---\n# My first model\n\nIt is small.\n';

/** Signs in where the start led; gives the commands of the steps. */
async function readSteps(page: Page, instance: Instance): Promise<readonly string[]> {
  const left = /the password is in (\S+) /.exec(instance.output)?.[1] ?? '';
  const password = (await readFile(left, 'utf8')).trim();
  await page.goto('/');
  await page.waitForURL('**/sign-in**');
  await page.getByLabel('User name or email address').fill('admin');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await page.goto('/');
  await page.getByRole('heading', { name: 'Nothing is here yet' }).waitFor();
  await takePictures(page, 'first-start');
  return await page.locator('.steps > li pre').allInnerTexts();
}

/** Lets the program in that shows this code. */
async function letIn(page: Page, asked: string): Promise<void> {
  const url = /http\S+\/device\?code=[A-Z-]+/.exec(asked)?.[0] ?? '';
  await page.goto(url);
  await page.getByRole('button', { name: 'Let it in' }).click();
  await page.getByText('The program is let in.').waitFor();
}

void test('a first start leads to a first model', { timeout: 300_000 }, async () => {
  await using instance = await startInstance();
  await using chromium = await openChromium();
  const context = await chromium.browser.newContext({ locale: 'en-GB', baseURL: instance.url });
  const page = await context.newPage();
  const [install = '', signIn = '', upload = ''] = await readSteps(page, instance);
  assert.equal(signIn.split('\n', 1)[0], `export HF_ENDPOINT=${instance.url}`);

  await using home = await openScratch('newcomer');
  await mkdir(path.join(home.path, 'my-model'));
  await writeFile(path.join(home.path, 'my-model/README.md'), CARD);
  await writeFile(path.join(home.path, 'my-model/config.json'), '{"model_type": "gpt2"}\n');
  // What the first step installs is there already, pinned.
  assert.equal(install, 'pip install -U huggingface_hub');
  const folder = path.dirname(venvProgram('hub-newest', 'hf'));
  const env = clientEnvironment(home.path, { PATH: `${folder}:/usr/bin:/bin`, BROWSER: 'true' });
  const shown = await runOnTerminal(['bash', '-euc', `${signIn}\n${upload}`], { env, cwd: home.path }, [
    [/How would you like to log in/, '1'],
    [/enter the code: \S+/, async (asked) => await letIn(page, asked)],
  ]);
  assert.match(shown, new RegExp(`${instance.url}/admin/my-model`));

  await page.goto('/');
  await page.getByRole('link', { name: 'admin/my-model' }).click();
  await page.getByRole('heading', { name: 'My first model' }).waitFor();
  await page.getByRole('link', { name: 'Files', exact: true }).click();
  await page.getByRole('link', { name: 'file config.json' }).click();
  await page.getByText('"gpt2"').waitFor();
  await context.close();
});
