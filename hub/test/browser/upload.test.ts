// Files are dropped on a page as a browser does it; long work shows how far it is; and what is interrupted says what to do, and
// loses nothing.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type CDPSession, type Page } from 'playwright-core';
import { openBreakableWay, type BreakableWay } from '../harness/breakable-way.ts';
import { listSent, openChromium, openWindow, type Window } from '../harness/chromium.ts';
import { openScratch } from '../harness/scratch.ts';
import { takePictures } from '../harness/screenshots.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

const LIMIT = { timeout: 300_000 };
const LARGE = 3_000_000;

interface Scene extends AsyncDisposable {
  readonly hub: ServedHub;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly way: BreakableWay;
  /** Where the files are that are dropped. */
  readonly folder: string;
  readonly window: Window & { readonly complaints: readonly string[] };
}

async function openScene(): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const hub = opened.use(await openServedHub());
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await hub.addRepo('alice/files', { files: { 'README.md': '# Files\n' } });
  const folder = opened.use(await openScratch('dropped')).path;
  const way = opened.use(await openBreakableWay(hub.port));
  const chromium = opened.use(await openChromium(way.chromiumArgs));
  const window = opened.use(await openWindow(chromium.browser, hub));
  const page = await window.context.newPage();
  const cdp = await window.context.newCDPSession(page);
  await page.goto('/sign-in?to=/alice/files/upload/main/up');
  await page.getByLabel('User name or email address').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('No files are chosen yet.').waitFor();
  const running = opened.move();
  return { hub, page, cdp, way, folder, window, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Drops files and folders of this machine in the middle of an element, as somebody does who drags them over. */
async function drop({ page, cdp }: Scene, files: readonly string[], onto: string): Promise<void> {
  const box = await page.locator(onto).boundingBox();
  assert.ok(box);
  const at = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, ...at, data });
}

/** Has the browser send this slowly, in bytes a second; as fast as it can where nothing is said. */
async function throttle({ cdp }: Scene, bytesPerSecond = -1): Promise<void> {
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond },
  });
}

/** What the repository has in the folder into which is uploaded. */
async function listUp({ hub }: Scene): Promise<string[]> {
  const { text } = await hub.addToken('alice', 'read');
  const answer = await fetch(`${hub.url}/api/models/alice/files/tree/main/up?recursive=true`, {
    headers: { authorization: `Bearer ${text}` },
  });
  if (answer.status === 404) return [];
  const entries = (await answer.json()) as { readonly type: string; readonly path: string }[];
  return entries.filter(({ type }) => type === 'file').map(({ path }) => path);
}

/** Where the bar stands. */
const bar = async (page: Page): Promise<number> =>
  await page.evaluate<number>("document.querySelector('progress').value");

async function chooseLarge(page: Page): Promise<void> {
  const mimeType = 'application/octet-stream';
  await page.getByLabel('Choose files').setInputFiles([
    { name: 'first.bin', mimeType, buffer: Buffer.alloc(LARGE, 'first') },
    { name: 'second.bin', mimeType, buffer: Buffer.alloc(LARGE, 'second') },
  ]);
  await page.getByText('second.bin').waitFor();
}

const send = (page: Page): Promise<void> => page.getByRole('button', { name: 'Upload and commit' }).click();

void test('files and folders that are dropped anywhere on the page are uploaded', LIMIT, async () => {
  await using scene = await openScene();
  const { page, folder } = scene;
  await mkdir(`${folder}/data/deep`, { recursive: true });
  for (const name of ['a.txt', 'beside.txt', 'data/deep/b.txt']) await writeFile(`${folder}/${name}`, name);
  await drop(scene, [`${folder}/a.txt`, `${folder}/data`], '.zone');
  await page.getByText('data/deep/b.txt').waitFor();
  // Beside the zone a browser would open the file and leave the page, and what was chosen with it.
  await drop(scene, [`${folder}/beside.txt`], 'header.bar');
  await page.locator('[data-files]').getByText('beside.txt', { exact: true }).waitFor();
  await takePictures(page, 'upload-dropped');
  await send(page);
  await page.waitForURL('**/tree/main/up');
  assert.deepEqual((await listUp(scene)).toSorted(), ['up/a.txt', 'up/beside.txt', 'up/data/deep/b.txt']);
  assert.deepEqual(scene.window.complaints, []);
});

void test('long work shows how much of it is done and how long the rest takes', LIMIT, async () => {
  await using scene = await openScene();
  const { page } = scene;
  await chooseLarge(page);
  await throttle(scene, 250_000);
  await send(page);
  await page.getByText(/^\d+% · (\d+ min )?\d+ s left$/).waitFor();
  const before = await bar(page);
  assert.ok(before > 0 && before < 1, `the bar stands at ${before}`);
  while ((await bar(page)) <= before) await delay(50);
  await takePictures(page, 'upload-under-way');
  await throttle(scene);
  await page.waitForURL('**/tree/main/up');
  assert.deepEqual((await listUp(scene)).toSorted(), ['up/first.bin', 'up/second.bin']);
  assert.deepEqual(scene.window.complaints, []);
});

void test('an upload that breaks says what to do, and goes on where it was', LIMIT, async () => {
  await using scene = await openScene();
  const { page, folder, way } = scene;
  await chooseLarge(page);
  await page.getByLabel('What the commit does').fill('Two at once');
  await throttle(scene, 500_000);
  await send(page);
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await row('first.bin').getByText('is here').waitFor();
  await row('second.bin').getByText('is being sent').waitFor();
  // What is dropped while files are sent would not come along, and is not taken.
  await writeFile(`${folder}/late.txt`, 'late');
  await drop(scene, [`${folder}/late.txt`], '.zone');
  way.cut();
  await page.getByText('The connection broke. Send again: what arrived need not be sent twice.').waitFor();
  await takePictures(page, 'upload-broken');
  assert.deepEqual(await listUp(scene), []);
  await row('first.bin').getByText('is here').waitFor();
  assert.equal(await row('late.txt').count(), 0);
  assert.equal(await row('second.bin').getByText('is being sent').count(), 0, 'nothing is being sent');
  way.mend();
  await throttle(scene);
  const sent = listSent(page);
  await send(page);
  await page.waitForURL('**/tree/main/up');
  assert.equal(sent().length, 1, 'the first had arrived');
  assert.deepEqual((await listUp(scene)).toSorted(), ['up/first.bin', 'up/second.bin']);
  await page.getByRole('link', { name: 'Two at once' }).first().waitFor();
});

void test('what the repository has already counts as done, and is not sent again', LIMIT, async () => {
  await using scene = await openScene();
  const { page } = scene;
  const mimeType = 'application/octet-stream';
  const there = { name: 'there.bin', mimeType, buffer: Buffer.alloc(LARGE, 'there') };
  await page.getByLabel('Choose files').setInputFiles(there);
  await send(page);
  await page.waitForURL('**/tree/main/up');
  await page.goto('/alice/files/upload/main/up');
  const fresh = { name: 'fresh.bin', mimeType, buffer: Buffer.alloc(LARGE / 3, 'fresh') };
  await page.getByLabel('Choose files').setInputFiles([there, fresh]);
  await throttle(scene, 250_000);
  const sent = listSent(page);
  await send(page);
  // Were the first counted as work to do, the bar would end at a third.
  while ((await bar(page)) <= 0.5) await delay(50);
  await throttle(scene);
  await page.waitForURL('**/tree/main/up');
  assert.equal(sent().length, 1, 'the first was there');
  assert.deepEqual((await listUp(scene)).toSorted(), ['up/fresh.bin', 'up/there.bin']);
});

void test(
  'who leaves while files are sent is asked, and who stops has everything still there',
  LIMIT,
  async () => {
    await using scene = await openScene();
    const { page } = scene;
    await chooseLarge(page);
    await throttle(scene, 100_000);
    await send(page);
    await page.getByText('is being sent').waitFor();
    const asked = page.waitForEvent('dialog');
    // The click is answered only once the dialog is.
    const left = page.getByRole('link', { name: 'Cancel' }).click();
    const dialog = await asked;
    assert.equal(dialog.type(), 'beforeunload');
    await dialog.dismiss();
    await left;
    await page.getByText('is being sent').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped. Nothing was committed.').waitFor();
    assert.deepEqual(await listUp(scene), []);
    await page.getByRole('listitem').filter({ hasText: 'second.bin' }).getByRole('button').click();
    await throttle(scene);
    await send(page);
    await page.waitForURL('**/tree/main/up');
    assert.deepEqual(await listUp(scene), ['up/first.bin']);
  },
);

void test('a file that is gone by the time it is read is named, with what to do', LIMIT, async () => {
  await using scene = await openScene();
  const { page, folder } = scene;
  await writeFile(`${folder}/gone.bin`, Buffer.alloc(LARGE, 'gone'));
  await drop(scene, [`${folder}/gone.bin`], '.zone');
  await page.getByText('gone.bin').waitFor();
  await writeFile(`${folder}/gone.bin`, 'changed');
  await send(page);
  await page
    .getByText('gone.bin cannot be read: it was changed or moved. Take it out and choose it again.')
    .waitFor();
  assert.deepEqual(await listUp(scene), []);
});

void test('what is done is not sent again while the next page is awaited', LIMIT, async () => {
  await using scene = await openScene();
  const { page } = scene;
  // The page begins anew, by a clock that stands.
  await page.clock.install();
  await page.reload();
  const file = { name: 'small.txt', mimeType: 'text/plain', buffer: Buffer.from('small') };
  await page.getByLabel('Choose files').setInputFiles(file);
  await page.getByText('small.txt').waitFor();
  await page.clock.pauseAt(Date.now() + 600_000);
  // So the page stays as it is.
  const asked = page.waitForResponse('**/tree/main/up');
  await page.route('**/tree/main/up', (route) => route.fulfill({ status: 204 }));
  const commits: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/commit/')) commits.push(request.method());
  });
  const submit = (): Promise<void> =>
    page.evaluate<undefined>("document.querySelector('[data-upload]').requestSubmit()");
  await submit();
  await asked;
  await submit();
  await page.clock.runFor(1_000);
  assert.equal(await page.locator('progress').isVisible(), false, 'nothing is under way');
  await delay(500);
  assert.deepEqual(commits, ['POST']);
  // As after the way back.
  await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
  const again = page.waitForRequest('**/commit/**');
  await submit();
  await again;
});
