// Somebody registers an application; another signs in to it, refuses, allows, comes back without being asked, and revokes it. In
// both languages, without script, in a browser that holds forms to where a page says they may lead.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { en, type Words } from '@holdfast/web/src/lib/words/en.ts';
import { pt } from '@holdfast/web/src/lib/words/pt.ts';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { askToken, authorizePath, codeFields, newPkce, statusWith } from '../harness/oauth-client.ts';
import { takePictures } from '../harness/screenshots.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';

const LANGUAGES = [
  { locale: 'en-GB', words: en },
  { locale: 'pt-PT', words: pt },
] as const;

/** The application's own page, on another origin than the hub's. */
async function openLanding(): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Weather</title><p>landed');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/back`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function signIn(page: Page, words: Words, name: string): Promise<void> {
  await page.getByLabel(words.signIn.name).fill(name);
  await page.getByLabel(words.signIn.password).fill(PASSWORD);
  await page.getByRole('button', { name: words.signIn.submit, exact: true }).click();
}

/** Registers an application on the page; gives its client id. */
async function register(page: Page, words: Words, redirect: string): Promise<string> {
  await page.goto('/sign-in?to=/account/applications');
  await signIn(page, words, 'maker');
  await page.getByLabel(words.applications.name, { exact: true }).fill('Weather');
  await page.getByLabel(words.applications.redirects).fill('http://evil.example/');
  await page.getByLabel(words.consent.scopes['read-repos']).check();
  await page.getByRole('button', { name: words.applications.submit, exact: true }).click();
  await page.getByRole('alert').waitFor();
  assert.ok(await page.getByLabel(words.consent.scopes['read-repos']).isChecked(), 'what was chosen stays');
  await page.getByLabel(words.applications.redirects).fill(redirect);
  await page.getByRole('button', { name: words.applications.submit, exact: true }).click();
  await page.getByText(words.applications.made).waitFor();
  return await page.locator('[data-client-id]').innerText();
}

/** Waits until the application has the browser; gives what it was told. */
async function landed(page: Page): Promise<URLSearchParams> {
  await page.getByText('landed').waitFor();
  return new URL(page.url()).searchParams;
}

for (const { locale, words } of LANGUAGES)
  void test(`an application is registered, refused, allowed and revoked: ${locale}`, async () => {
    await using hub = await openServedHub();
    for (const name of ['maker', 'alice']) await signInAs(hub, name);
    await using landing = await openLanding();
    await using chromium = await openChromium();
    const options = { javaScriptEnabled: false, locale };
    await using theirs = await openWindow(chromium.browser, hub, options);
    const clientId = await register(await theirs.context.newPage(), words, landing.url);
    const client = { clientId, redirect: landing.url, secret: undefined };
    const pkce = newPkce();
    const path = authorizePath(client, pkce, { scope: 'openid profile read-repos' });
    await using own = await openWindow(chromium.browser, hub, options);
    const page = await own.context.newPage();
    await page.goto(path);
    await signIn(page, words, 'alice');
    await page.getByRole('heading', { name: words.consent.title }).waitFor();
    await page.getByText(words.consent.scopes['read-repos']).waitFor();
    await page.getByText(new URL(landing.url).host, { exact: true }).waitFor();
    await takePictures(page, `consent-${locale}`);
    await page.getByRole('button', { name: words.consent.refuse }).click();
    assert.equal((await landed(page)).get('error'), 'access_denied');
    await page.goto(path);
    await page.getByRole('button', { name: words.consent.allow }).click();
    const code = (await landed(page)).get('code') ?? '';
    const { body } = await askToken(hub, codeFields(client, pkce, code));
    assert.equal(await statusWith(hub, body.access_token, '/oauth/userinfo'), 200);
    // A program of one's own machine is asked about again; signed in by a form, one lands all the same.
    await own.context.clearCookies();
    await page.goto(path);
    await signIn(page, words, 'alice');
    await page.getByText(words.consent.known).first().waitFor();
    await page.getByRole('button', { name: words.consent.allow }).click();
    assert.ok((await landed(page)).has('code'));
    await page.goto('/account/applications');
    await page.getByText(words.consent.scopes['read-repos']).first().waitFor();
    await takePictures(page, `applications-${locale}`);
    await page.locator('summary', { hasText: words.applications.revoke }).click();
    await page.getByRole('button', { name: words.applications.revoke }).click();
    await page.getByText(words.applications.revoked).waitFor();
    await assert.rejects(hub.modules.authentication.authenticate(body.access_token));
    // The application's own page is asked, its icon, too; nothing else is.
    const expected = (one: string): boolean => one.startsWith(`asked ${new URL(landing.url).origin}/`);
    assert.deepEqual(
      own.complaints.filter((one) => !expected(one)),
      [],
    );
  });
