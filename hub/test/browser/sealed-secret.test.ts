// The form of a secret in a real browser: with script the value leaves it sealed for the vault, without script as it is typed, and
// what is kept says which of the two.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openProgramHub, type ProgramHub } from '../harness/program-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';

const FORM = '/spaces/ada/demo/settings/secret';
const APP = '/spaces/ada/demo/settings/app';
const KEY = `sk-proj-${'a1B2'.repeat(20)}`;
const TEXT = 'needle-of-a-file\nwith & = + % \u00e9 and another line';

async function openSpace(): Promise<ProgramHub> {
  const opened = await openProgramHub({ vault: true });
  await signInAs(opened.hub, 'ada');
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': 'print(1)' };
  await opened.hub.addRepo('ada/demo', { type: 'space', sdk: 'gradio', visibility: 'public', files });
  return opened;
}

async function signIn(page: Page): Promise<void> {
  await page.goto(FORM);
  await page.locator('input[name=name]').fill('ada');
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.locator('form:has(input[name=password]) button').first().click();
  await page.waitForURL(`**${FORM}`);
}

/** All that the page posts from now on, as anybody between browser and hub reads it. */
function listPosted(page: Page): string[] {
  const bodies: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST')
      bodies.push(decodeURIComponent((request.postData() ?? '').replaceAll('+', ' ')));
  });
  return bodies;
}

async function keep(page: Page, name: string, fill: () => Promise<void>): Promise<void> {
  await page.goto(FORM);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await fill();
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.waitForURL(`**${APP}?kept=${name}*`);
}

async function factsOf({ hub }: ProgramHub) {
  const { actor } = await hub.modules.authentication.authenticate((await hub.addToken('ada', 'write')).text);
  const facts = await hub.modules.secrets.list(actor, { namespace: 'ada', name: 'demo' });
  return facts.map(({ name, way, hosts, sealedIn }) => [name, way, hosts.join(), sealedIn]);
}

void test('with script a brokered and a file secret leave the browser sealed', async () => {
  await using opened = await openSpace();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, opened.hub);
  const page = await window.context.newPage();
  await signIn(page);
  const posted = listPosted(page);
  await keep(page, 'OPENAI_API_KEY', async () => {
    await page.getByText('seals it for the vault before it is sent').waitFor();
    await page.getByLabel('Value', { exact: true }).fill(`${KEY}\n`);
  });
  await page.getByText('nobody on the way had the value').waitFor();
  await keep(page, 'NOTES', async () => {
    await page.getByLabel('Value', { exact: true }).fill(TEXT);
    await page.getByLabel('As a file').check();
  });
  await keep(page, 'OWN', async () => {
    await page.getByLabel('Value', { exact: true }).fill('a-long-key-of-our-own-123');
    await page.getByLabel('Hosts of a brokered one').fill(' api.acme.dev,\n b.acme.dev \n');
    await page.getByText('More', { exact: true }).click();
    await page.getByLabel('What it is for').fill(' ours, \u00e9 ');
    await page.getByLabel('Where it stands in a request').fill('header:x-api-key');
    await page.getByLabel('Ends on').fill('2999-01-31');
  });
  assert.equal(posted.length, 3);
  for (const body of posted) {
    assert.match(body, /(?:^|&)sealed=[\w-]{100,}/);
    assert.doesNotMatch(body, /(?:^|&)value=/);
    for (const part of [KEY, 'a1B2a1B2', 'needle-of-a-file', 'another line', 'key-of-our-own'])
      assert.ok(!body.includes(part), part);
  }
  assert.deepEqual(await factsOf(opened), [
    ['NOTES', 'file', '', 'browser'],
    ['OPENAI_API_KEY', 'brokered', 'api.openai.com', 'browser'],
    ['OWN', 'brokered', 'api.acme.dev,b.acme.dev', 'browser'],
  ]);
  assert.deepEqual(window.complaints, []);
});

void test('what is refused is said beside what was typed, and sealed anew', async () => {
  await using opened = await openSpace();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, opened.hub);
  const page = await window.context.newPage();
  await signIn(page);
  const posted = listPosted(page);
  await page.getByLabel('Name', { exact: true }).fill('A');
  await page.getByLabel('Value', { exact: true }).fill('x'.repeat(40_000));
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('the value has 40000 bytes').waitFor();
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'A');
  await page.getByLabel('Value', { exact: true }).fill('shorter');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.waitForURL(`**${APP}?kept=A*`);
  assert.equal(posted.length, 2);
  assert.deepEqual(await factsOf(opened), [['A', 'variable', '', 'browser']]);
});

void test('a page whose sealing is broken on the way sends nothing', async () => {
  await using opened = await openSpace();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, opened.hub);
  const page = await window.context.newPage();
  await page.route(/page-seal/, async (route) => await route.abort());
  await signIn(page);
  const posted = listPosted(page);
  await page.getByLabel('Name', { exact: true }).fill('A');
  await page.getByLabel('Value', { exact: true }).fill('a value');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.getByText('could not be sealed, and nothing was sent').waitFor();
  assert.deepEqual(posted, []);
});

void test('without script the value goes through the hub, and the secret says so', async () => {
  await using opened = await openSpace();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, opened.hub, { javaScriptEnabled: false });
  const page = await window.context.newPage();
  await signIn(page);
  // Playwright's own texts leave out what stands in `noscript`.
  await page.locator('noscript p:has-text("it is sent as it is")').waitFor();
  const posted = listPosted(page);
  await keep(page, 'OPENAI_API_KEY', async () => await page.getByLabel('Value', { exact: true }).fill(KEY));
  await page.getByText('in the hub, through which it was written').waitFor();
  assert.ok(posted[0]?.includes(KEY));
  assert.deepEqual(await factsOf(opened), [['OPENAI_API_KEY', 'brokered', 'api.openai.com', 'hub']]);
});
