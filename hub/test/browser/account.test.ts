// The pages in a real browser, with script switched off, as somebody uses them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openServedHub, OPERATOR } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

void test('somebody signs in, makes a token, ends a session and signs out, without script', async () => {
  await using hub = await openServedHub();
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await using chromium = await openChromium();
  await using other = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  for (const { context } of [other, window]) {
    const page = await context.newPage();
    await page.goto('/account/tokens');
    await page.getByLabel('User name or email address').fill('alice');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/account/tokens');
  }
  const [page] = window.context.pages();
  assert.ok(page);
  await page.getByLabel('Name', { exact: true }).fill('laptop');
  await page.getByLabel('All repositories of alice').selectOption('read and write');
  await page.getByRole('button', { name: 'Make the token' }).click();
  const token = await page.locator('[data-token]').innerText();
  assert.match(token, /^hf_[A-Za-z0-9]{36}$/);
  await page.getByRole('link', { name: 'Sessions' }).click();
  assert.equal(await page.locator('summary[aria-label="End: Chrome, Linux"]').count(), 2);
  const others = page.getByRole('button', { name: 'End all others' });
  assert.equal(await others.isVisible(), false, 'one press ends nothing');
  await page.locator('summary', { hasText: 'End all others' }).click();
  await page.getByText('Every browser but this one is signed out at once.').waitFor();
  await others.click();
  await page.getByText('One other session has ended.').waitFor();
  const [gone] = other.context.pages();
  await gone?.reload();
  assert.match(gone?.url() ?? '', /\/sign-in\?to=/);
  await page.getByRole('button', { name: 'Português' }).click();
  await page.getByLabel('Menu de alice').click();
  await page.getByRole('button', { name: 'Sair' }).click();
  await page.waitForURL('**/sign-in');
  assert.deepEqual([...window.complaints, ...other.complaints], []);
});
