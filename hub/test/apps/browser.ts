// Apps in a real browser and with the client for JavaScript: one is made by a page and watched; a click and an answer by Gradio's streams
// of events, and by Streamlit's WebSocket, by themselves and in the frame of the hub's page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { Seen } from '@holdfast/door/played/open-world';
import { openChromium } from '../harness/chromium.ts';
import { pause, push, untilStage, type Site } from '../harness/app-site.ts';
import { takePictures } from '../harness/screenshots.ts';
import { proveUseSeen } from './use-of-secret.ts';
import { proveVisitors } from './visitors.ts';

const STREAMLIT = `
import streamlit as st

name = st.text_input("Name")
if name:
    st.write(f"Hello {name}!")
`;

/** A build may take so long, in milliseconds. */
const PATIENCE = 10 * 60_000;
const UNHURRIED = 2 * 60_000;

/** The password of the owner, and where it can be played: a key, and what its host was asked. */
interface Ground {
  readonly passwordFile: string;
  readonly used: { readonly key: string; readonly seen: readonly Seen[] } | undefined;
}

/** Shows that people make and use apps with a browser, and programs use them with the client for JavaScript. */
export async function proveBrowser(
  t: TestContext,
  site: Site,
  { passwordFile, used }: Ground,
): Promise<void> {
  const { instance } = site;
  const files = { 'README.md': '---\nsdk: streamlit\n---\n', 'app.py': STREAMLIT };
  await push(site, { type: 'space', name: 'board', sdk: 'streamlit', files });
  await using chromium = await openChromium();
  const baseURL = `http://localhost:${instance.port}`;
  const context = await chromium.browser.newContext({ locale: 'en-GB', baseURL });
  // An app takes its time on a machine that builds others beside it.
  context.setDefaultTimeout(UNHURRIED);
  const page = await context.newPage();
  await makeGreeter(page, await readFile(passwordFile, 'utf8'));
  await page.goto(`http://admin-greeter.localhost:${instance.port}/`);
  await page.waitForURL(`http://admin-greeter.localhost:${instance.port}/`);
  await page.getByLabel('Name').fill('Ada');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForFunction(
    `[...document.querySelectorAll('textarea')].some(({ value }) => value === 'Hello Ada!')`,
  );
  await untilStage(site, 'board');
  await page.goto(`http://admin-board.localhost:${instance.port}/`);
  await page.getByLabel('Name').fill('Bob');
  await page.getByLabel('Name').press('Enter');
  await page.getByText('Hello Bob!').waitFor();
  const cookies = await page.evaluate('document.cookie');
  assert.ok(!String(cookies).includes('holdfast'), 'a script of an app sees no cookie of ours');
  await page.goto('/spaces/admin/board');
  const board = page.frameLocator('iframe');
  await board.getByLabel('Name').fill('Cleo');
  await board.getByLabel('Name').press('Enter');
  await board.getByText('Hello Cleo!').waitFor();
  if (used !== undefined) await proveUseSeen(page, { space: '/spaces/admin/greeter', ...used });
  await proveVisitors(t, site, page);
  await context.close();
  for (const name of ['greeter', 'board']) await pause(site, name);
}

/** A Space is made by a page, watched while it is built, and used in its frame. */
async function makeGreeter(page: Page, password: string): Promise<void> {
  await page.goto('/new/space');
  await signIn(page, password);
  await page.getByLabel('Gradio').check();
  await page.getByLabel('Name', { exact: true }).fill('greeter');
  await page.getByRole('button', { name: 'Make the Space' }).click();
  await page.waitForURL('**/spaces/admin/greeter');
  // Where another Space needed the same packages there is nothing to build, and nothing to watch.
  await page.locator('.log .lines code, iframe').first().waitFor({ timeout: PATIENCE });
  const app = page.frameLocator('iframe');
  await app.getByLabel('Name').waitFor({ timeout: PATIENCE });
  await takePictures(page, 'space-gradio');
  await app.getByLabel('Name').fill('Eve');
  await app.getByRole('button', { name: 'Submit' }).click();
  await app.locator('textarea:disabled').waitFor();
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await app.locator('textarea:disabled').inputValue()) === 'Hello Eve!') return;
    await delay(100);
  }
  assert.fail('the app in the frame did not greet');
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('User name or email address').fill('admin');
  await page.getByLabel('Password').fill(password.trim());
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
