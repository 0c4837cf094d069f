// What the page that follows the ledger says of itself, in a real browser: that the hub does not answer and answers again, that more
// came than is shown, and that nothing more is shown to who may not see it any more.
import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Page } from 'playwright-core';
import { record } from '../../src/modules/ledger/index.ts';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

const LEDGER = '/security/organizations/acme/ledger';
const FOLLOWING = 'New entries come up here by themselves';

/** A hub with an organisation of two owners. */
async function openHub(): Promise<ServedHub> {
  const hub = await openServedHub();
  const { identity, members } = hub.modules;
  for (const name of ['ada', 'eve'])
    await identity.createUser(OPERATOR, {
      ...{ name, email: `${name}@example.org`, administrator: false, password: PASSWORD },
    });
  await identity.createOrg(OPERATOR, { name: 'acme', owner: 'ada' });
  await members.put(OPERATOR, { org: 'acme', user: 'eve', role: 'admin' });
  return hub;
}

async function followAs(page: Page, name: string): Promise<void> {
  await page.goto(`${LEDGER}?live=1`);
  await page.getByLabel('User name or email address').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText(FOLLOWING).waitFor();
}

/** So many entries of this kind about the organisation, all at once. */
async function happen(hub: ServedHub, kind: string, many: number): Promise<void> {
  const subject = `account:${(await hub.modules.identity.findByName('acme'))?.id ?? ''}`;
  const entry = { kind, subject, actor: 'operator', credential: '', personal: {} };
  await hub.database.db.transaction(async (tx) => {
    for (let n = 0; n < many; n += 1) await record(tx, { ...entry, body: { n } });
  });
}

const rowsOf = (page: Page, kind: string) => page.locator('[data-entry]').filter({ hasText: kind });

void test('following says that the hub does not answer, goes on when it does, and misses nothing', async () => {
  await using hub = await openHub();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  await followAs(page, 'ada');
  await window.context.setOffline(true);
  await page.getByRole('status').filter({ hasText: 'The hub does not answer. It is tried again.' }).waitFor();
  assert.equal(await page.getByText(FOLLOWING).count(), 0);
  await happen(hub, 'org.meanwhile', 1);
  await window.context.setOffline(false);
  await rowsOf(page, 'org.meanwhile').waitFor();
  await page.getByRole('status').filter({ hasText: FOLLOWING }).waitFor();
  assert.equal(await rowsOf(page, 'org.meanwhile').count(), 1);
});

void test('following says once that more came than is shown, and the page does not grow without end', async () => {
  await using hub = await openHub();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  await followAs(page, 'ada');
  const notice = page.getByRole('status').filter({ hasText: 'More came than is shown here.' });
  assert.equal(await notice.count(), 0);
  await happen(hub, 'org.flood', 250);
  await notice.waitFor();
  for (const kind of ['org.second', 'org.third']) {
    await happen(hub, kind, 190);
    await rowsOf(page, kind).nth(189).waitFor();
  }
  assert.equal(await page.locator('[data-entry]').count(), 500, 'the oldest give way');
  assert.equal(await page.getByText('More came than is shown here.').count(), 1);
  assert.deepEqual(window.complaints, []);
  await page.getByRole('link', { name: 'Look in the list' }).click();
  await page.waitForURL((url) => url.pathname === LEDGER && url.searchParams.has('since'));
  await rowsOf(page, 'org.third').first().waitFor();
});

void test('following ends where somebody may not see it any more, and says so', async () => {
  await using hub = await openHub();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  await followAs(page, 'ada');
  await hub.modules.members.put(OPERATOR, { org: 'acme', user: 'ada', role: 'read' });
  await page.getByRole('status').filter({ hasText: 'Nothing more comes up here.' }).waitFor();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await happen(hub, 'org.later', 1);
  await delay(4_000);
  assert.deepEqual(asked, [], 'nor is it asked for');
  assert.equal(await rowsOf(page, 'org.later').count(), 0);
});
