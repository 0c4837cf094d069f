// The whole way to the issuer and back in a real browser, without script.
import assert from 'node:assert/strict';
import test from 'node:test';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openSignedOnHub } from '../harness/signed-on-hub.ts';

void test('somebody signs on, is asked nothing the second time, and reads refusals in their language', async () => {
  await using it = await openSignedOnHub('open');
  const { hub, issuer } = it;
  issuer.people.set('u1', { email: 'ada@example.org', preferred_username: 'ada' });
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  // The issuer's pages want a font from elsewhere.
  await window.context.route('https://**', (route) => route.abort());
  const page = await window.context.newPage();
  await page.goto('/account/tokens');
  await page.getByRole('link', { name: 'Sign in with Example' }).click();
  await page.locator('input[name=login]').fill('u1');
  await page.locator('input[name=password]').fill('x');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL('**/account/tokens');
  await page.getByLabel('Menu of ada').waitFor();
  await page.getByLabel(/^Menu of/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in with Example' }).click();
  await page.waitForURL('**/account');
  await page.getByText('You can sign in with Example.').waitFor();
  await page.getByLabel(/^Menu of/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: 'Português' }).click();
  await page.getByRole('link', { name: 'Entrar com Example' }).waitFor();
  await page.goto('/sign-in/issuer/back?error=access_denied&state=x');
  await page.getByRole('alert').filter({ hasText: 'começou noutro navegador' }).waitFor();
  // What goes wrong on the issuer's own pages is not ours.
  const ours = window.complaints.filter((one) => !/127\.0\.0\.1|googleapis|Failed to load/.test(one));
  assert.deepEqual(ours, []);
});
