// A Space of somebody else's in the frame of the hub's page: it shows when its visitor asks for it, whoever they are and by whichever
// name of this machine they came, also where it has to start first.
import assert from 'node:assert/strict';
import { type RequestListener } from 'node:http';
import test from 'node:test';
import { type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openProgramHub, type ProgramHub } from '../harness/program-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';

const APP = `<!doctype html><meta charset="utf-8"><title>Hello</title><button>Greet</button><p id="greeting"></p><script>
document.querySelector('button').addEventListener('click', async () => {
  document.querySelector('#greeting').textContent = await (await fetch('/greet', { method: 'POST', body: '' })).text();
});
</script>`;

const greeter: RequestListener = (request, response) => {
  if (request.method === 'POST') response.end('Hello to whoever asks');
  else response.setHeader('content-type', 'text/html; charset=utf-8').end(APP);
};

/** Asks for the app on the page while it runs nowhere yet, has it start, and uses it. */
async function useShown(opened: ProgramHub, page: Page): Promise<void> {
  const want = await opened.begin();
  opened.runner.status(want, 'SLEEPING');
  await opened.becomes('SLEEPING');
  await page.goto('/spaces/ann/demo');
  assert.equal(await page.locator('iframe').count(), 0, 'it waits until it is asked for');
  await page.getByRole('button', { name: 'Show the app here' }).click();
  const app = page.frameLocator('iframe');
  await app.getByText(/waking up|is starting/).waitFor();
  await opened.runner.serve(await opened.runner.wanted('ann/demo'), greeter);
  // Nobody loads the page again.
  await app.getByRole('button', { name: 'Greet' }).click();
  await app.getByText('Hello to whoever asks').waitFor();
  await page.reload();
  await app.getByRole('button', { name: 'Greet' }).click();
  await app.getByText('Hello to whoever asks').waitFor();
}

void test('somebody who is signed in has the app of somebody else shown', async () => {
  await using opened = await openProgramHub();
  await signInAs(opened.hub, 'bob');
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, opened.hub);
  const page = await window.context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('User name or email address').fill('bob');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/account');
  await useShown(opened, page);
  // While it wakes up the frame is answered so.
  const others = window.complaints.filter((one) => !one.includes('status of 503'));
  assert.deepEqual(others, []);
});

for (const name of ['localhost', '127.0.0.1'])
  void test(`somebody who is not signed in has the app of somebody else shown, at ${name}`, async () => {
    await using opened = await openProgramHub({ access: 'anonymous' });
    await using chromium = await openChromium();
    const baseURL = `http://${name}:${opened.hub.port}`;
    await using window = await openWindow(chromium.browser, opened.hub, { baseURL });
    await useShown(opened, await window.context.newPage());
  });
