// Somebody who is invited: makes an account, sets up a second factor, signs in with it, lets a program in, and proves once more who
// they are. In both languages, without script.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { en, type Words } from '@holdfast/web/src/lib/words/en.ts';
import { pt } from '@holdfast/web/src/lib/words/pt.ts';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { codeOf } from '../harness/second-factor.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

/** The one that `hf auth login` says. */
const CLIENT = { client_id: '26be6b09-91c5-47da-9861-d2d2bb7a7e36' };
const LANGUAGES = [
  { locale: 'en-GB', words: en },
  { locale: 'pt-PT', words: pt },
] as const;

async function signIn(page: Page, words: Words, name: string): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel(words.signIn.name).fill(name);
  await page.getByLabel(words.signIn.password).fill(PASSWORD);
  await page.getByRole('button', { name: words.signIn.submit, exact: true }).click();
}

/** What the administrator gives somebody. */
async function invite(context: BrowserContext, words: Words): Promise<string> {
  const page = await context.newPage();
  await signIn(page, words, 'grace');
  await page.goto('/account/invitations');
  await page.getByLabel(words.invitations.email).fill('ada@example.org');
  await page.getByRole('button', { name: words.invitations.submit }).click();
  return await page.locator('[data-link]').innerText();
}

async function join(page: Page, words: Words, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('heading', { name: words.join.title }).waitFor();
  await page.getByLabel(words.account.name).fill('ada');
  await page.getByLabel(words.signIn.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(words.join.again).fill(`${PASSWORD} mistyped`);
  await page.getByRole('button', { name: words.join.submit }).click();
  await page.getByText(words.password.differ).waitFor();
  await page.getByLabel(words.signIn.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(words.join.again).fill(PASSWORD);
  await page.getByRole('button', { name: words.join.submit }).click();
  await page.waitForURL('**/account');
}

/** Gives the key of the app for codes. */
async function setUpFactor(page: Page, words: Words, hub: ServedHub): Promise<string> {
  await page.goto('/account/second-factor');
  await page.getByRole('button', { name: words.factor.begin }).click();
  const key = await page.locator('[data-key]').innerText();
  await page.getByLabel(words.factor.code).fill(codeOf(key, hub.now()));
  await page.getByRole('button', { name: words.factor.confirm }).click();
  await page.getByText(words.factor.codesOnce).waitFor();
  assert.ok((await page.locator('.codes code').count()) >= 8);
  return key;
}

async function signInWithCode(page: Page, words: Words, code: () => string): Promise<void> {
  await signIn(page, words, 'ada');
  await page.getByText(words.code.lead).waitFor();
  await page.getByLabel(words.code.code).fill('000000');
  await page.getByRole('button', { name: words.code.submit, exact: true }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel(words.code.code).fill(code());
  await page.getByRole('button', { name: words.code.submit, exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

async function letProgramIn(page: Page, words: Words, hub: ServedHub): Promise<void> {
  const post = async (path: string, fields: Readonly<Record<string, string>>) =>
    await fetch(`${hub.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  const begun = (await (await post('/oauth/device', CLIENT)).json()) as {
    readonly device_code: string;
    readonly user_code: string;
  };
  await page.goto('/device');
  await page.getByLabel(words.device.code).fill('XXXX-XXXX');
  await page.getByRole('button', { name: words.device.find }).click();
  await page.getByText(words.device.unknown).waitFor();
  await page.getByLabel(words.device.code).fill(begun.user_code);
  await page.getByRole('button', { name: words.device.find }).click();
  await page.getByText(words.device.warning).waitFor();
  await page.getByRole('button', { name: words.device.approve }).click();
  await page.getByText(words.device.approved).waitFor();
  const grant = 'urn:ietf:params:oauth:grant-type:device_code';
  const fetched = await post('/oauth/token', {
    ...CLIENT,
    grant_type: grant,
    device_code: begun.device_code,
  });
  assert.match(((await fetched.json()) as { access_token: string }).access_token, /^hf_/);
}

/** Ten minutes after a sign-in a new token wants a fresh proof. */
async function proveOnceMore(page: Page, words: Words, code: () => string): Promise<void> {
  await page.goto('/account/tokens');
  await page.getByLabel(words.tokens.name, { exact: true }).fill('laptop');
  await page.getByLabel(`${words.tokens.namespaces} ada`).selectOption({ index: 1 });
  await page.getByRole('button', { name: words.tokens.submit }).click();
  await page.getByRole('heading', { name: words.prove.title }).waitFor();
  await page.getByLabel(words.prove.password, { exact: true }).fill(PASSWORD);
  await page.getByLabel(words.prove.code).fill(code());
  await page.getByRole('button', { name: words.prove.submit }).click();
  await page.waitForURL('**/account/tokens**');
}

for (const { locale, words } of LANGUAGES)
  void test(`somebody who is invited comes, stays and lets a program in: ${locale}`, async () => {
    await using hub = await openServedHub({ vault: true });
    const grace = { name: 'grace', email: 'grace@example.org', administrator: true, password: PASSWORD };
    await hub.modules.identity.createUser(OPERATOR, grace);
    await using chromium = await openChromium();
    const options = { javaScriptEnabled: false, locale };
    await using host = await openWindow(chromium.browser, hub, options);
    await using guest = await openWindow(chromium.browser, hub, options);
    const page = await guest.context.newPage();
    await join(page, words, await invite(host.context, words));
    const key = await setUpFactor(page, words, hub);
    await guest.context.clearCookies();
    // A code opens once: the next one comes half a minute later.
    const next = (): string => {
      hub.passTime(1);
      return codeOf(key, hub.now());
    };
    await signInWithCode(page, words, next);
    await letProgramIn(page, words, hub);
    hub.passTime(11);
    await proveOnceMore(page, words, next);
    assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
    // The browser says of the wrong code that it was refused.
    assert.match(guest.complaints.join(), /^Failed to load resource: [^,]+403 \(Forbidden\)$/);
    assert.deepEqual(host.complaints, []);
  });
