// Apps in a real browser and with the client for JavaScript: a click and an answer by Gradio's streams of events, and by
// Streamlit's WebSocket.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { runJavaScript } from '../conformance/javascript-client.ts';
import { openChromium } from '../harness/chromium.ts';
import { pause, push, untilStage, type Site } from '../harness/app-site.ts';

const GRADIO = `
import gradio as gr

gr.Interface(fn=lambda name: f"Hello {name}!", inputs=gr.Textbox(label="Name"), outputs=gr.Textbox(label="Greeting"), api_name="greet").launch()
`;
const STREAMLIT = `
import streamlit as st

name = st.text_input("Name")
if name:
    st.write(f"Hello {name}!")
`;

/** Shows that people use apps with a browser, and programs with the client for JavaScript. */
export async function proveBrowser(t: TestContext, site: Site, passwordFile: string): Promise<void> {
  const { instance, token } = site;
  for (const [name, sdk, app] of [
    ['greeter', 'gradio', GRADIO],
    ['board', 'streamlit', STREAMLIT],
  ] as const) {
    const files = { 'README.md': `---\nsdk: ${sdk}\n---\n`, 'app.py': app };
    await push(site, { type: 'space', name, sdk, files });
    await untilStage(site, name);
  }
  await runJavaScript(
    t,
    { HF_TOKEN: token, APP_URL: `http://admin-greeter.localhost:${instance.port}/` },
    'gradio.js',
  );
  await using chromium = await openChromium();
  const context = await chromium.browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`http://admin-greeter.localhost:${instance.port}/`);
  await signIn(page, await readFile(passwordFile, 'utf8'));
  await page.waitForURL(`http://admin-greeter.localhost:${instance.port}/`);
  await page.getByLabel('Name').fill('Ada');
  await page.getByRole('button', { name: 'Submit' }).click();
  await page.waitForFunction(
    `[...document.querySelectorAll('textarea')].some(({ value }) => value === 'Hello Ada!')`,
  );
  await page.goto(`http://admin-board.localhost:${instance.port}/`);
  await page.getByLabel('Name').fill('Bob');
  await page.getByLabel('Name').press('Enter');
  await page.getByText('Hello Bob!').waitFor();
  const cookies = await page.evaluate('document.cookie');
  assert.ok(!String(cookies).includes('holdfast'), 'a script of an app sees no cookie of ours');
  await context.close();
  for (const name of ['greeter', 'board']) await pause(site, name);
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('User name or email address').fill('admin');
  await page.getByLabel('Password').fill(password.trim());
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
