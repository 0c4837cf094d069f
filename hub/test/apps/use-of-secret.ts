// Somebody gives an app a key that it cannot see, in a browser, uses the app, and sees on its page that the key was used. The host of
// the key is played.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FrameLocator, Page } from 'playwright-core';
import type { Seen } from '@holdfast/door/played/open-world';
import { PLAYED } from '@holdfast/door/played/values';
import { takePictures } from '../harness/screenshots.ts';

const APP = `import os
import gradio as gr
import httpx

def ask(question):
    headers = {"Authorization": "Bearer " + os.environ["OPENAI_API_KEY"]}
    return httpx.get("https://${PLAYED.openai}/v1/models", headers=headers).text

gr.Interface(ask, gr.Textbox(label="Question"), gr.Textbox(label="Answer")).launch()
`;
/** What the host answers who asks with the key. */
const ANSWER = `brokered hello ${hash('sha256', '')}`;
/** A Space may take so long to start anew, in milliseconds. */
const PATIENCE = 5 * 60_000;

/** Shows it of a Space that runs, with its owner's page. `seen`: what the host was asked. */
export async function proveUseSeen(
  page: Page,
  { space, key, seen }: { readonly space: string; readonly key: string; readonly seen: readonly Seen[] },
): Promise<void> {
  await page.goto(`${space}/settings/secret`);
  await page.getByLabel('Name', { exact: true }).fill('OPENAI_API_KEY');
  await page.getByLabel('Value', { exact: true }).fill(key);
  await page.getByRole('button', { name: 'Keep it' }).click();
  await page.locator('#secrets').getByText(PLAYED.openai).waitFor();
  await page.locator('#secrets').getByText('not yet').waitFor();
  await page.goto(`${space}/edit/main/app.py`);
  await page.getByLabel('Text').fill(APP);
  await page.getByRole('button', { name: 'Commit to main' }).click();
  await page.waitForURL(`**${space}/blob/main/app.py`);
  const app = await openNew(page, space);
  await app.getByRole('button', { name: 'Submit' }).click();
  const answered = app.getByLabel('Answer');
  for (let tries = 0; tries < 300 && (await answered.inputValue()) === ''; tries += 1) await delay(100);
  assert.equal(await answered.inputValue(), ANSWER);
  const asked = seen.filter(({ played }) => played === PLAYED.openai);
  assert.ok(asked.some(({ raw = [] }) => raw.includes(`Bearer ${key}`)));
  await untilUsed(page, space);
  await takePictures(page, 'space-secret-used');
}

/** Waits for the app as it was just changed: until then the one before serves. */
async function openNew(page: Page, space: string): Promise<FrameLocator> {
  const app = page.frameLocator('iframe');
  for (const until = Date.now() + PATIENCE; ;) {
    await page.goto(space);
    const shown = await app
      .getByLabel('Question')
      .waitFor({ timeout: 20_000 })
      .then(
        () => true,
        () => false,
      );
    if (shown) return app;
    assert.ok(Date.now() < until, `it did not start anew: ${await page.locator('main').innerText()}`);
  }
}

/** The door tells from time to time how many uses there were. */
async function untilUsed(page: Page, space: string): Promise<void> {
  const used = page.locator('#secrets dl > div').filter({ hasText: 'Last used' });
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(`${space}/settings/app`);
    if (/\b(?:once|[1-9]\d* times)/.test(await used.innerText())) return;
    await delay(1_000);
  }
  assert.fail(await used.innerText());
}
