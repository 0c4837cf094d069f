// Apps in a real browser and with the client for JavaScript: a click and an answer by Gradio's streams of events, and by
// Streamlit's WebSocket.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { runJavaScript } from '../conformance/javascript-client.ts';
import { openAppInstance } from '../harness/app-instance.ts';
import { openChromium } from '../harness/chromium.ts';
import { type Instance } from '../harness/instance.ts';

const MINUTES = 60_000;
const PATIENCE = 12 * MINUTES;

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

void test(
  'people use apps with a browser, and programs with the client for JavaScript',
  { timeout: 25 * MINUTES },
  async (t) => {
    await using apps = await openAppInstance('self');
    const { instance } = apps;
    const token = await instance.createToken({ user: 'admin', role: 'write' });
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    await push(instance, headers, { name: 'greeter', sdk: 'gradio', app: GRADIO });
    await push(instance, headers, { name: 'page', sdk: 'streamlit', app: STREAMLIT });
    for (const name of ['greeter', 'page']) await untilRunning(instance, headers, name);
    await runJavaScript(
      t,
      { HF_TOKEN: token, APP_URL: `http://admin-greeter.localhost:${instance.port}/` },
      'gradio.js',
    );
    await using chromium = await openChromium();
    const context = await chromium.browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    await page.goto(`http://admin-greeter.localhost:${instance.port}/`);
    await signIn(page, await readFile(apps.passwordFile, 'utf8'));
    await page.waitForURL(`http://admin-greeter.localhost:${instance.port}/`);
    await page.getByLabel('Name').fill('Ada');
    await page.getByRole('button', { name: 'Submit' }).click();
    await page.waitForFunction(
      `[...document.querySelectorAll('textarea')].some(({ value }) => value === 'Hello Ada!')`,
    );
    await page.goto(`http://admin-page.localhost:${instance.port}/`);
    await page.getByLabel('Name').fill('Bob');
    await page.getByLabel('Name').press('Enter');
    await page.getByText('Hello Bob!').waitFor();
    const cookies = await page.evaluate('document.cookie');
    assert.ok(!String(cookies).includes('holdfast'), 'a script of an app sees no cookie of ours');
    await context.close();
  },
);

interface App {
  readonly name: string;
  readonly sdk: 'gradio' | 'streamlit';
  readonly app: string;
}

async function push(
  { url }: Instance,
  headers: Readonly<Record<string, string>>,
  { name, sdk, app }: App,
): Promise<void> {
  const wish = JSON.stringify({ type: 'space', name, sdk, private: true });
  const made = await fetch(`${url}/api/repos/create`, { method: 'POST', headers, body: wish });
  assert.equal(made.status, 200, await made.text());
  const file = (path: string, text: string) => ({
    key: 'file',
    value: { path, content: Buffer.from(text).toString('base64'), encoding: 'base64' },
  });
  const lines = [
    { key: 'header', value: { summary: 'An app' } },
    file('README.md', `---\ntitle: ${name}\nsdk: ${sdk}\n---\n`),
    file('app.py', app),
  ];
  const pushed = await fetch(`${url}/api/spaces/admin/${name}/commit/main`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  assert.equal(pushed.status, 200, await pushed.text());
}

async function untilRunning(
  { url }: Instance,
  headers: Readonly<Record<string, string>>,
  name: string,
): Promise<void> {
  const until = Date.now() + PATIENCE;
  let said = '';
  while (Date.now() < until) {
    const answer = await fetch(`${url}/api/spaces/admin/${name}/runtime`, { headers });
    said = await answer.text();
    const { stage } = JSON.parse(said) as { stage: string };
    if (stage === 'RUNNING') return;
    assert.ok(!stage.endsWith('_ERROR'), said);
    await delay(500);
  }
  throw new Error(`${name} does not run: ${said}`);
}

async function signIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('User name or email address').fill('admin');
  await page.getByLabel('Password').fill(password.trim());
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
