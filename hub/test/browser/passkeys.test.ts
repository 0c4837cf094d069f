// Passkeys in a real browser, with an authenticator that Chromium plays.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type BrowserContext, type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openServedHub } from '../harness/served-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';
import { openSuperuserPool } from '../harness/superuser.ts';

async function addDevice(context: BrowserContext, page: Page, verified = true) {
  const session = await context.newCDPSession(page);
  await session.send('WebAuthn.enable');
  const options = {
    protocol: 'ctap2' as const,
    transport: 'internal' as const,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: verified,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options });
  return { session, authenticatorId };
}

void test('a passkey is added, signs in, proves, and is good no more once it is removed', async () => {
  await using hub = await openServedHub();
  await signInAs(hub, 'alice');
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  const { session, authenticatorId } = await addDevice(window.context, page);
  await page.goto('/account/passkeys');
  await page.getByLabel('User name or email address').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/account/passkeys');
  await page.getByLabel(/^Name/).fill('phone');
  await page.getByRole('button', { name: 'Ask the device' }).click();
  await page.getByText('The passkey was added.').waitFor();

  await page.getByLabel(/^Menu of/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  const sent = page.waitForRequest((request) => request.url().includes('/sign-in/passkey'));
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL('**/account');
  const replayed = (await sent).postData() ?? '';

  // What a device answered once opens nothing a second time, with or without the note of its challenge.
  const note = (await (await sent).allHeaders())['cookie'] ?? '';
  assert.match(note, /challenge/);
  await using behind = openSuperuserPool(hub.database);
  // Many devices count nothing.
  await behind.pool.query('update sessions.passkey set counter = 0');
  for (const cookie of ['', note]) {
    const again = await fetch(`http://localhost:${hub.port}/sign-in/passkey`, {
      method: 'POST',
      body: replayed,
      redirect: 'manual',
      headers: {
        cookie,
        origin: `http://localhost:${hub.port}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    assert.equal(again.status, 403);
  }

  hub.passTime(11);
  await page.goto('/account/prove?to=%2Faccount%2Ftokens');
  await page.getByRole('button', { name: 'Confirm with a passkey' }).click();
  await page.waitForURL('**/account/tokens');
  // What a link said of where to go on leads to no other host, here and below.
  const elsewhere = `to=${encodeURIComponent('//evil.example/')}`;
  await page.goto(`/account/prove?${elsewhere}`);
  await page.getByRole('button', { name: 'Confirm with a passkey' }).click();
  await page.waitForURL(`http://localhost:${hub.port}/account`);

  // Who writes the table cannot give the key of one user to another.
  await signInAs(hub, 'bob');
  const give = async (name: string): Promise<unknown> =>
    await behind.pool.query(
      `update sessions.passkey set user_id = (select id from identity.account where name = '${name}')`,
    );
  await give('bob');
  await using other = await openWindow(chromium.browser, hub);
  const stranger = await other.context.newPage();
  await session.send('WebAuthn.getCredentials', { authenticatorId }).then(async ({ credentials }) => {
    const second = await addDevice(other.context, stranger);
    for (const credential of credentials)
      await second.session.send('WebAuthn.addCredential', {
        authenticatorId: second.authenticatorId,
        credential,
      });
  });
  await stranger.goto('/sign-in');
  await stranger.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await stranger.getByText('The passkey was not accepted.').waitFor();
  await give('alice');
  await stranger.goto(`/sign-in?${elsewhere}`);
  await stranger.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await stranger.waitForURL(`http://localhost:${hub.port}/account`);

  await page.goto('/account/passkeys');
  const remove = page.locator('.confirm').getByRole('button', { name: 'Remove' });
  assert.equal(await remove.isVisible(), false, 'one press removes nothing');
  await page.locator('summary[aria-label="Remove: phone"]').click();
  await remove.click();
  await page.getByText('The passkey was removed.').waitFor();
  await page.getByLabel(/^Menu of/).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('The passkey was not accepted.').waitFor();
  await session.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId });
  assert.deepEqual(
    window.complaints.filter((line) => !line.includes('403')),
    [],
  );
});
