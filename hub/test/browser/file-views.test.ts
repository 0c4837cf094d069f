// Files looked into, changed and uploaded in a real browser: tables, tensors and notebooks, which the browser reads itself; forms
// that need no script, and do not write over what somebody else wrote; files that are sent from a page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { type Page } from 'playwright-core';
import { listSent, openChromium, openWindow } from '../harness/chromium.ts';
import { commitFiles } from '../harness/commit-files.ts';
import { VIEWED_FILES } from '../harness/example-files.ts';
import { takePictures } from '../harness/screenshots.ts';
import { mustRun } from '../harness/program.ts';
import { venvProgram } from '../harness/python.ts';
import { openScratch } from '../harness/scratch.ts';
import { openServedHub, OPERATOR, type ServedHub } from '../harness/served-hub.ts';
import { PASSWORD } from '../harness/sign-in.ts';

async function openFilledHub(): Promise<ServedHub> {
  const hub = await openServedHub();
  const wish = { name: 'alice', email: 'alice@example.org', administrator: false, password: PASSWORD };
  await hub.modules.identity.createUser(OPERATOR, wish);
  await hub.addRepo('alice/files', {
    files: { 'README.md': '# Files\n', 'notes.txt': '\nfirst line is empty\n' },
  });
  const { text: token } = await hub.addToken('alice', 'write');
  await commitFiles(hub, { repo: 'alice/files', token, files: VIEWED_FILES });
  return hub;
}

async function signIn(page: Page, to: string): Promise<void> {
  await page.goto(to);
  await page.getByLabel('User name or email address').fill('alice');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** Writes a table of twenty groups of rows, 4 MB in all, as the libraries of people do. */
const WRITE_GROUPS = `
import os, sys
import pyarrow as pa, pyarrow.parquet as parquet
texts = [f"{n} " + os.urandom(100).hex() for n in range(20_000)]
table = pa.table({"text": texts, "n": list(range(20_000))})
parquet.write_table(table, sys.argv[1], row_group_size=1_000)
`;

/** The bytes from first to last that a page asked for. */
const boundsOf = (range: string): [number, number] => {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? assert.fail(range);
  return [Number(first), Number(last) + 1];
};

/** Before this nothing says that one waits. */
const SOON_MS = 200;

const blob = (name: string): string => `/alice/files/blob/main/${name}`;

void test('files are looked into, changed and uploaded', async (t) => {
  await using hub = await openFilledHub();
  await using chromium = await openChromium();

  await t.test(
    'tables, tensors and notebooks are read in the browser, and no more of a file than is shown',
    async () => {
      await using window = await openWindow(chromium.browser, hub);
      const page = await window.context.newPage();
      const ranges: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/download/')) ranges.push(request.headers()['range'] ?? 'whole');
      });
      await signIn(page, blob('data.csv'));
      await page.getByRole('cell', { name: 'review 99', exact: true }).waitFor();
      assert.equal(await page.getByRole('cell', { name: 'review 100', exact: true }).count(), 0);
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.getByText('Rows 1–200').waitFor();
      await takePictures(page, 'table');
      await page.getByRole('link', { name: 'As text' }).click();
      await page.getByText('text,stars').waitFor();

      await page.goto(blob('data.jsonl'));
      await page.getByRole('cell', { name: '{"deep":[1]}' }).waitFor();
      await page.goto(blob('list.json'));
      await page.getByRole('link', { name: 'As a table' }).click();
      await page.getByRole('cell', { name: 'b', exact: true }).waitFor();

      ranges.length = 0;
      await page.goto(blob('data.parquet'));
      await page.getByRole('cell', { name: 'plain' }).waitFor();
      await page.getByRole('columnheader', { name: '<script>' }).waitFor();
      await page.goto(blob('model.safetensors'));
      await page.getByRole('cell', { name: '768 × 2304' }).waitFor();
      await page.getByText('1,769,472').first().waitFor();
      await takePictures(page, 'tensors');
      await page.goto(blob('model.gguf'));
      await page.getByRole('cell', { name: 'Q4_K' }).waitFor();
      assert.ok(ranges.length > 3 && !ranges.includes('whole'), String(ranges));

      await page.goto(blob('look.ipynb'));
      await page.locator('.hljs-keyword').first().waitFor();
      await page.getByRole('cell', { name: 'good' }).waitFor();
      await takePictures(page, 'notebook');
      await page.goto(blob('silence.wav'));
      const seconds = await page.evaluate(`new Promise((done) => {
      const one = document.querySelector('audio');
      one.addEventListener('loadedmetadata', () => done(one.duration));
      one.load();
      one.preload = 'metadata';
    })`);
      assert.equal(seconds, 1);
      assert.deepEqual(window.complaints, []);
    },
  );

  await t.test(
    'of a table of many groups of rows the one is read that is shown, and the description',
    async () => {
      await using window = await openWindow(chromium.browser, hub);
      await using scratch = await openScratch('parquet');
      const file = `${scratch.path}/groups.parquet`;
      await mustRun(venvProgram('libraries', 'python'), ['-c', WRITE_GROUPS, file]);
      const [{ text: token }, bytes] = [await hub.addToken('alice', 'write'), await readFile(file)];
      await commitFiles(hub, { repo: 'alice/files', token, files: { 'groups.parquet': bytes } });
      const page = await window.context.newPage();
      const ranges: string[] = [];
      page.on('request', (request) => {
        if (request.url().includes('/download/')) ranges.push(request.headers()['range'] ?? 'whole');
      });
      await signIn(page, blob('groups.parquet'));
      await page.getByText('Rows 1–100 of 20,000').waitFor();
      const bounds = ranges.map(boundsOf);
      const group = bytes.length / 20;
      // The description is at the end, and looked for in so much of it.
      const tail = bytes.length - 64 * 1024;
      for (const [start, end] of bounds)
        assert.ok(start >= tail || end < 1.5 * group, `${start} to ${end} of ${bytes.length}`);
      const read = bounds.reduce((sum, [start, end]) => sum + end - start, 0);
      assert.ok(read > 64 * 1024 && read < 64 * 1024 + 1.5 * group, `${read} of ${bytes.length}`);
      ranges.length = 0;
      await page.getByRole('button', { name: 'Show more' }).click();
      await page.getByText('Rows 1–200 of 20,000').waitFor();
      assert.deepEqual(ranges, [], 'what is here is not asked for again');
      assert.deepEqual(window.complaints, []);
    },
  );

  await t.test('a file that is broken, gone or keeps its reader busy gives words', async () => {
    await using window = await openWindow(chromium.browser, hub, { viewport: { width: 390, height: 800 } });
    const page = await window.context.newPage();
    await signIn(page, blob('broken.parquet'));
    await page.getByText('it is broken').waitFor();
    await takePictures(page, 'broken-phone');
    await page.route('**/work-table*.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: 'onmessage = () => { for (;;); };' }),
    );
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await page.goto(blob('data.csv'));
    await page.clock.runFor(SOON_MS);
    await page.getByText('Reading…').waitFor();
    await page.clock.fastForward(15_000);
    await page.getByText('gave up').waitFor();
    await page.unroute('**/work-table*.js');
    await page.route('**/download/**', (route) => route.abort());
    await page.goto(blob('data.csv'));
    await page.getByText('did not send the file').waitFor();
  });

  await t.test(
    'without script a file is made, changed and deleted, and nobody writes over somebody else',
    async () => {
      await using window = await openWindow(chromium.browser, hub, { javaScriptEnabled: false });
      const page = await window.context.newPage();
      await signIn(page, blob('data.csv'));
      // Playwright's own texts leave out what stands in `noscript`.
      await page.locator('noscript p:has-text("reads this file itself, with script")').waitFor();
      await page.goto('/alice/files/tree/main');
      await page.getByRole('link', { name: 'New file' }).click();
      await page.getByLabel('Name of the file').fill('docs/plan.md');
      await page.getByLabel('Text').fill('# Plan\n\none\n');
      await takePictures(page, 'new-file');
      await page.getByRole('button', { name: 'Commit to main' }).click();
      await page.getByRole('heading', { name: 'Plan' }).waitFor();
      await page.getByRole('link', { name: 'Edit' }).click();
      assert.equal(await page.getByLabel('Text').inputValue(), '# Plan\n\none\n');
      await page.getByLabel('Text').fill('# Plan\n\nmine\n');
      // Another file changes, which is none of this form's business.
      const { text: token } = await hub.addToken('alice', 'write');
      await commitFiles(hub, { repo: 'alice/files', token, files: { 'other.txt': 'x' } });
      await page.getByRole('button', { name: 'Commit to main' }).click();
      await page.getByText('mine').waitFor();

      await page.getByRole('link', { name: 'Edit' }).click();
      await page.getByLabel('Text').fill('# Plan\n\nlate\n');
      await commitFiles(hub, { repo: 'alice/files', token, files: { 'docs/plan.md': '# Theirs\n' } });
      await page.getByRole('button', { name: 'Commit to main' }).click();
      await page.getByText('Somebody else changed this file').waitFor();
      assert.equal(await page.getByLabel('Text').inputValue(), '# Plan\n\nlate\n');
      await page.getByRole('link', { name: 'Add files' }).waitFor();
      await takePictures(page, 'overtaken');
      await page.getByRole('button', { name: 'Commit to main' }).click();
      await page.getByText('late').waitFor();

      await page.goto('/alice/files/new/main/docs');
      await page.getByLabel('Name of the file').fill('plan.md');
      await page.getByRole('button', { name: 'Commit to main' }).click();
      await page.getByText('There is a file of this name already').waitFor();
      await page.goto('/alice/files/edit/main/notes.txt');
      assert.equal(await page.getByLabel('Text').inputValue(), '\nfirst line is empty\n');
      await page.goto(blob('docs/plan.md'));
      await page.getByRole('link', { name: 'Delete' }).click();
      await takePictures(page, 'delete-file');
      await page.getByRole('button', { name: 'Delete this file' }).click();
      await page.waitForURL('**/tree/main/docs');
      await page.goto(blob('docs/plan.md'));
      await page.getByText('There is nothing under this path').waitFor();
    },
  );

  await t.test('files are uploaded from a page, small ones and large ones, in one commit', async () => {
    await using window = await openWindow(chromium.browser, hub);
    const page = await window.context.newPage();
    await signIn(page, '/alice/files/upload/main/up');
    const large = Buffer.alloc(3_000_000, 'weights');
    await page.getByLabel('Choose files').setInputFiles([
      { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('small\n') },
      { name: 'w.bin', mimeType: 'application/octet-stream', buffer: large },
    ]);
    await page.getByText('3 MB').waitFor();
    await takePictures(page, 'upload');
    await page.getByLabel('What the commit does').fill('Send from a page');
    await page.getByRole('button', { name: 'Upload and commit' }).click();
    await page.waitForURL('**/tree/main/up');
    await page.getByRole('link', { name: 'Send from a page' }).first().waitFor();
    await page.getByRole('link', { name: 'file a.txt' }).waitFor();
    const { text: token } = await hub.addToken('alice', 'read');
    const answer = await fetch(`${hub.url}/alice/files/resolve/main/up/w.bin`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.ok(Buffer.from(await answer.arrayBuffer()).equals(large));
    // The same again is not sent twice, and a commit that changes nothing is none.
    const sent = listSent(page);
    await page.goto('/alice/files/upload/main/again');
    await page
      .getByLabel('Choose files')
      .setInputFiles([{ name: 'w.bin', mimeType: 'application/octet-stream', buffer: large }]);
    await page.getByRole('button', { name: 'Upload and commit' }).click();
    await page.waitForURL('**/tree/main/again');
    assert.deepEqual(sent(), []);
    assert.deepEqual(window.complaints, []);
  });
});
