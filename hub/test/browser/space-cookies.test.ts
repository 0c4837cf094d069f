// A Space tries to have the browser send its cookies to the hub, and to another Space: under the hub's own names, and for the domain
// above all of them, by its answer and by script. A real browser decides, with no door between that would take them away before.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type BrowserContext } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openProgramHub } from '../harness/program-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';

const DOMAINS = ['Domain=localhost', 'Domain=.localhost', 'Domain=LOCALHOST'];

/** All that is tried; `kept` alone is the Space's own to set. */
function cookiesOf(port: number): string[] {
  const session = `holdfast-${port}-session`;
  const wide = DOMAINS.map((domain, index) => `planted${index}=1; ${domain}; Path=/`);
  const named = [...DOMAINS, `Domain=localhost:${port}`, 'Path=/account'].map(
    (rest) => `${session}=planted; ${rest}`,
  );
  return ['kept=1; Path=/', ...wide, ...named, `__Host-holdfast-session=planted; Path=/; Secure`];
}

/** What the browser sends there, by name. */
async function sentTo(context: BrowserContext, url: string): Promise<string[]> {
  const page = await context.newPage();
  const answer = await page.goto(url);
  const headers = await answer?.request().allHeaders();
  await page.close();
  return (headers?.['cookie'] ?? '')
    .split('; ')
    .filter((one) => one !== '')
    .map((one) => one.replace(/=planted$/, ' planted').replace(/=.*/, ''))
    .toSorted();
}

void test('no cookie of a Space reaches the hub or another Space, whatever domain it is set for', async () => {
  await using opened = await openProgramHub();
  const { hub, runner } = opened;
  await signInAs(hub, 'alice');
  const cookies = cookiesOf(hub.port);
  const script = `for (const one of ${JSON.stringify(cookies)}) document.cookie = one.replace(/^(\\w+)=/, '$1byScript=');`;
  await runner.serve(await opened.begin(), (_request, response) => {
    response.setHeader('content-type', 'text/html').setHeader('set-cookie', cookies);
    response.end(`<!doctype html><title>app</title><p>planted<script>${script}</script>`);
  });
  await opened.becomes('RUNNING');
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const { context } = window;
  const page = await context.newPage();
  await page.goto('/sign-in');
  await page.getByLabel('User name or email address').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/account');
  const before = await sentTo(context, '/account');
  assert.ok(before.includes(`holdfast-${hub.port}-session`), before.join());

  const space = `http://ann-demo.localhost:${hub.port}/`;
  await page.goto(space);
  // Whose it is stands before a stranger's Space.
  await page.getByRole('link', { name: /^ann-demo/ }).click();
  await page.getByText('planted').waitFor();
  const own = await sentTo(context, space);
  assert.ok(own.includes('kept') && own.includes('keptbyScript'), own.join());
  assert.deepEqual(await sentTo(context, '/account'), before);
  await page.goto('/account');
  await page.getByLabel('Menu of alice').waitFor();
  const there = await context.cookies(`http://ann-other.localhost:${hub.port}/`);
  assert.deepEqual(there, []);
});
