// Repositories in a real browser: found, read, looked into and downloaded, without script and with it, in two languages.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Page } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { safetensorsOf, WRITER_FILES } from '../harness/example-files.ts';
import { sampleOf, uploadFile } from '../harness/lfs.ts';
import { takePictures } from '../harness/screenshots.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

/** Bytes of script that a page loaded, and when the largest thing on it was painted. */
const WEIGHT = `new Promise((done) => {
  const scripts = performance.getEntriesByType('resource').filter(({ name }) => /\\.js(\\?|$)/.test(name))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  new PerformanceObserver((list) => done({ scripts, paint: list.getEntries().at(-1).startTime }))
    .observe({ type: 'largest-contentful-paint', buffered: true });
})`;

async function openInhabitedHub(): Promise<ServedHub> {
  const hub = await openServedHub();
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await hub.addRepo('alice/writer', {
    files: WRITER_FILES,
  });
  await hub.addRepo('alice/base', { visibility: 'public', files: { 'README.md': '# Base\n' } });
  await hub.addRepo('alice/reviews', {
    type: 'dataset',
    files: {
      'README.md': '---\nlicense: mit\nlanguage: [en]\n---\n# Reviews\n',
      'data.csv': 'text,stars\ngood,5\n',
    },
  });
  await hub.addRepo('alice/demo', { type: 'space', sdk: 'static', files: { 'index.html': '<h1>demo</h1>' } });
  return hub;
}

async function signIn(page: Page, to: string): Promise<void> {
  await page.goto(to);
  await page.getByLabel('User name or email address').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

void test('somebody finds a model, reads its card, looks into its files and its history, without script', async () => {
  await using hub = await openInhabitedHub();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  const page = await window.context.newPage();
  await page.goto('/sign-in');
  await takePictures(page, 'sign-in');
  await signIn(page, '/alice/writer');
  assert.match(page.url(), /\/alice\/writer$/);
  await page.getByRole('heading', { name: 'Tiny writer' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'build' }).count(), 1);
  const picture = page.getByRole('img', { name: 'a picture' });
  await picture.scrollIntoViewIfNeeded();
  assert.equal(await picture.evaluate((one) => (one as unknown as { naturalWidth: number }).naturalWidth), 1);
  await takePictures(page, 'card');

  await page.getByRole('link', { name: 'Text Generation' }).first().click();
  await page.getByRole('link', { name: 'alice/writer' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'alice/base' }).count(), 0);
  await takePictures(page, 'models');
  await page.getByRole('searchbox', { name: 'Search models' }).fill('review');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'alice/reviews' }).waitFor();
  await takePictures(page, 'search');
  for (const place of ['/alice/writer', '/models', '/alice', '/search?q=writer', '/']) {
    const answer = await page.request.get(place, { headers: { 'accept-language': 'pt-PT' } });
    const text = await answer.text();
    assert.match(text, /Geração de texto/, place);
    assert.doesNotMatch(text, /Text Generation/, place);
  }

  await page.goto('/alice/writer');
  await page
    .getByRole('navigation', { name: 'Parts of the repository' })
    .getByRole('link', { name: 'Files' })
    .click();
  await page.getByRole('link', { name: 'folder src' }).waitFor();
  await takePictures(page, 'files');
  await page.getByRole('link', { name: 'folder src' }).click();
  await page.getByRole('link', { name: 'file __init__.py' }).waitFor();
  await page.getByRole('link', { name: 'file run.py' }).click();
  await page.getByText('# Nothing clever.').waitFor();
  await page.goto('/alice/writer/blob/main/docs/notes.md');
  await page.getByRole('link', { name: 'the card' }).click();
  await page.waitForURL('**/alice/writer/blob/main/README.md');
  await page.goto('/alice/writer/blob/main/weights.bin');
  await page.getByText('This file is not text').waitFor();

  await page.getByRole('link', { name: 'History' }).click();
  await page
    .getByRole('link', { name: /commit/i })
    .first()
    .click();
  await page.getByText('What it changed').waitFor();
  await page.locator('.diff .added').first().waitFor();
  await takePictures(page, 'commit');
  assert.deepEqual(window.complaints, []);
});

void test('a list is narrowed, sorted and widened again by links and a form, without script', async () => {
  await using hub = await openInhabitedHub();
  const head = { weight: { dtype: 'F32', shape: [50_000, 100_000], data_offsets: [0, 8] } };
  const files = { 'README.md': '---\nlicense: mit\nlanguage: [pt]\n---\n# Tiny\n' };
  await hub.addRepo('alice/tiny', { files });
  const { text: token } = await hub.addToken('alice', 'write');
  const sample = sampleOf(safetensorsOf(head, 8));
  await uploadFile(hub, { token, repo: 'alice/tiny', sample, path: 'model.safetensors' });
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  const page = await window.context.newPage();
  const listed = async (): Promise<string[]> =>
    (await page.locator('.listing .repos .name').allInnerTexts()).toSorted();
  const narrow = page.getByRole('complementary', { name: 'Narrow the list' });
  await signIn(page, '/models');
  assert.deepEqual(await listed(), ['alice/base', 'alice/tiny', 'alice/writer']);
  // Each choice says how many it leaves, and it leaves as many.
  await narrow.getByRole('link', { name: /^1 B to 8 B\s+1$/ }).click();
  assert.deepEqual(await listed(), ['alice/tiny']);
  await narrow.getByRole('link', { name: 'Take away: 1 B to 8 B' }).click();
  await narrow.getByRole('link', { name: /^apache-2\.0\s+1$/ }).click();
  assert.deepEqual(await listed(), ['alice/writer']);
  await narrow.getByRole('link', { name: /^mit/ }).click();
  await page.getByText('Nothing matches.').waitFor();
  await narrow.getByRole('link', { name: 'Take all away' }).click();
  await narrow.getByRole('link', { name: /^Portuguese\s+2$/ }).click();
  assert.deepEqual(await listed(), ['alice/tiny', 'alice/writer']);
  await narrow.getByRole('link', { name: /^Transformers\s+1$/ }).press('Enter');
  await page.waitForURL('**tag=transformers**');
  assert.deepEqual(await listed(), ['alice/writer']);
  await page.goto('/models?tag=pt');
  await page.getByLabel('Sort by').selectOption('Newest');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.waitForURL('**sort=createdAt**');
  const names = await page.locator('.listing .repos .name').allInnerTexts();
  assert.deepEqual(names, ['alice/tiny', 'alice/writer'], 'narrowed as before, the newest first');
  await page.goto('/spaces');
  await narrow.getByRole('link', { name: /^static\s+1$/ }).click();
  assert.deepEqual(await listed(), ['alice/demo']);
  assert.deepEqual(window.complaints, []);
});

void test('script colours code, finds while somebody types, and everything is there by keyboard', async (t) => {
  await using hub = await openInhabitedHub();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub);
  const page = await window.context.newPage();
  await signIn(page, '/alice/writer/blob/main/src/run.py');
  await page.locator('.hljs-keyword').first().waitFor();
  await takePictures(page, 'code');
  await page.keyboard.press('/');
  await page.keyboard.type('wri');
  await page.locator('.found').getByRole('link', { name: 'alice/writer' }).waitFor();
  await takePictures(page, 'found');
  await page.keyboard.press('Escape');
  await page.locator('.found').waitFor({ state: 'hidden' });
  await page.keyboard.type('t');
  await page.locator('.found').getByRole('link', { name: 'alice/writer' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  // Back in the box, where somebody goes on typing.
  await page.evaluate("document.querySelector('.found [data-found]').dataset.before = ''");
  await page.keyboard.type('er');
  assert.equal(await page.getByRole('combobox').inputValue(), 'writer');
  // Before what is found now has come: who was among what was found before stays there.
  await page.keyboard.press('ArrowDown');
  await page.locator('.found [data-found]:not([data-before])').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/alice/writer');
  await page.locator('.hljs-string').first().waitFor();
  for (const place of [
    '',
    '/blob/main/src/run.py',
    '/blob/main/docs/notes.md',
    '/tree/main',
    '/commits/main',
    '/refs',
  ]) {
    await page.goto(`/alice/writer${place}`, { waitUntil: 'networkidle' });
    const { scripts, paint } = await page.evaluate<{ scripts: number; paint: number }>(WEIGHT);
    // As it is sent: nothing is compressed here.
    assert.ok(scripts < 90_000, `${place}: ${scripts}`);
    t.diagnostic(
      `/alice/writer${place}: ${scripts} bytes of script, largest paint after ${Math.round(paint)} ms`,
    );
  }
  await page.goto('/');
  await page.getByRole('heading', { name: 'Lately changed' }).waitFor();
  await takePictures(page, 'home');
  assert.deepEqual(window.complaints, []);
});

/** In how many lines words of the commands of a page stand: one that is broken reads as something else. */
const LINES_OF_WORDS = `
  (() => {
    const range = document.createRange();
    const lines = [...document.querySelectorAll('.command code')].flatMap((code) =>
      [...code.textContent.matchAll(/\\S+/g)].map(({ index, 0: word }) => {
        const at = (offset) => {
          const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
          let before = 0;
          while (walker.nextNode() && before + walker.currentNode.length < offset) before += walker.currentNode.length;
          return [walker.currentNode, offset - before];
        };
        range.setStart(...at(index + 1));
        range.setEnd(...at(index + word.length));
        return range.getClientRects().length;
      }),
    );
    return [...new Set(lines)];
  })()`;

void test('a new hub says in three steps how to begin, in Portuguese too, and a phone shows all of it', async () => {
  await using hub = await openServedHub();
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub, { viewport: { width: 390, height: 800 } });
  const page = await window.context.newPage();
  await signIn(page, '/');
  await page.goto('/');
  await page.getByText(`export HF_ENDPOINT=http://localhost:${hub.port}`).waitFor();
  await page.getByText('hf upload alice/my-model ./my-model').waitFor();
  for (const width of [1_280, 390]) {
    await page.setViewportSize({ width, height: 800 });
    assert.deepEqual(await page.evaluate<number[]>(LINES_OF_WORDS), [1], `at ${width}`);
  }
  await takePictures(page, 'first-start-phone');
  await page.getByRole('button', { name: 'Português' }).click();
  await page.getByRole('heading', { name: 'Ainda não há nada aqui' }).waitFor();
  const widths = await page.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
  assert.ok((widths[0] ?? 0) <= (widths[1] ?? 0), String(widths));
  assert.deepEqual(window.complaints, []);
});

void test('whoever administers a repository hides, renames and deletes it, and finds what somebody has', async () => {
  await using hub = await openInhabitedHub();
  await using chromium = await openChromium();
  await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
  const page = await window.context.newPage();
  await signIn(page, '/alice');
  await page.getByRole('heading', { name: 'Datasets' }).waitFor();
  await takePictures(page, 'profile');
  await page.goto('/spaces/alice/demo');
  await page.getByText('App runs').waitFor();
  assert.equal(
    await page.getByRole('link', { name: 'Open the app' }).first().getAttribute('href'),
    `http://alice-demo.localhost:${hub.port}`,
  );
  await takePictures(page, 'space');
  await page.getByRole('link', { name: 'App settings' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('App is paused').waitFor();
  await page.getByRole('button', { name: 'Start anew' }).click();
  await page.getByText('App runs').waitFor();
  await page.goto('/alice/base');
  await page.getByRole('link', { name: 'Settings' }).click();
  await takePictures(page, 'settings');
  await page.getByLabel('Only its owner').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('.repohead').getByText('private').waitFor();
  await page.getByLabel('Name of the repository', { exact: true }).fill('ground');
  await page.getByRole('button', { name: 'Rename or move' }).click();
  await page.waitForURL('**/alice/ground/settings');
  await page.goto('/alice/base');
  await page.waitForURL('**/alice/ground');
  await page.goto('/alice/ground/settings');
  await page.getByLabel('Full name of the repository').fill('alice/base');
  await page.getByRole('button', { name: 'Delete this repository' }).click();
  await page.getByText('Nothing was deleted.').waitFor();
  await page.getByLabel('Full name of the repository').fill('alice/ground');
  await page.getByRole('button', { name: 'Delete this repository' }).click();
  await page.waitForURL('**/models');
  await page.goto('/alice/ground');
  await page.getByText('There is no such repository here').waitFor();
  await takePictures(page, 'missing');
  const unexpected = window.complaints.filter((one) => !/status of (?:400|404)/.test(one));
  assert.deepEqual(unexpected, []);
});
