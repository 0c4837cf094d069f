// Nothing says that one waits before 200 ms have passed, wherever a page shows work that is under way: of what is done sooner nothing
// is ever seen. The clock of the page stands still but for what a test lets pass, and every change of the page is looked at.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Page, type Route } from 'playwright-core';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { commitFiles } from '../harness/commit-files.ts';
import { openProgramHub, PROGRAM_FILES } from '../harness/program-hub.ts';
import { PASSWORD, signInAs } from '../harness/sign-in.ts';

const LIMIT = { timeout: 300_000 };
const SOON_MS = 200;
/** More than a view reads of a file at once, so that the rest is asked for when it is to be shown. */
const ROWS = Array.from({ length: 200 }, (_, n) => `${n},${'x'.repeat(8_000)}`);
const TABLE = ['n,text', ...ROWS].join('\n');

/** Tells of everything that has people wait, at every change of the page. */
const WATCH = `
  (() => {
    const isVisible = (one) => one.checkVisibility({ visibilityProperty: true });
    const look = () => {
      for (const one of document.querySelectorAll('[data-state], [data-said], .chosen-files .soft'))
        if (isVisible(one) && one.textContent.trim() !== '') void tell(location.pathname, one.textContent);
      for (const one of document.querySelectorAll('progress, [data-stop], button:disabled'))
        if (isVisible(one)) void tell(location.pathname, one.outerHTML);
    };
    new MutationObserver(look).observe(document, {
      ...{ attributes: true, characterData: true, childList: true, subtree: true },
    });
    look();
  })()`;

/** Work of a page, which goes on once its answer is let through. */
interface Work {
  readonly path: string;
  /** Opens the page, up to where the work begins. */
  readonly open: (page: Page) => Promise<void>;
  readonly begin: (page: Page) => Promise<unknown>;
  /** What is held up. */
  readonly answer: string | RegExp;
  /** What is there when it is done. */
  readonly done: (page: Page) => Promise<unknown>;
  /** What says that it is under way. */
  readonly says: RegExp;
}

const VIEW = '/ada/files/blob/main/long.csv';
const UPLOAD = '/ada/files/upload/main';
const SECRET = '/spaces/ada/demo/settings/secret';

const WORKS: Readonly<Record<string, Work>> = {
  'a file that the browser reads': {
    path: VIEW,
    open: async () => undefined,
    begin: async (page) => await page.goto(VIEW),
    answer: '**/download/**',
    done: async (page) => await page.getByText('Rows 1–100').waitFor(),
    says: /Reading…/,
  },
  'more of such a file': {
    path: VIEW,
    open: async (page) => {
      await page.goto(VIEW);
      await page.getByText('Rows 1–100').waitFor();
    },
    begin: async (page) => await page.getByRole('button', { name: 'Show more' }).click(),
    answer: '**/download/**',
    done: async (page) => await page.getByText('Rows 1–200').waitFor(),
    says: /<button[^>]* disabled[^>]*>Reading…</,
  },
  'an upload': {
    path: UPLOAD,
    open: async (page) => {
      await page.goto(UPLOAD);
      const file = { name: 'small.txt', mimeType: 'text/plain', buffer: Buffer.from('small') };
      await page.getByLabel('Choose files').setInputFiles(file);
      await page.getByText('small.txt').waitFor();
    },
    begin: async (page) => await page.getByRole('button', { name: 'Upload and commit' }).click(),
    answer: '**/commit/**',
    done: async (page) => await page.waitForURL('**/tree/main'),
    says: /<progress/,
  },
  'a secret that is sealed': {
    path: SECRET,
    open: async (page) => {
      await page.goto(SECRET);
      await page.getByText('seals it for the vault before it is sent').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('A');
      await page.getByLabel('Value', { exact: true }).fill('a value');
    },
    begin: async (page) => await page.getByRole('button', { name: 'Keep it' }).click(),
    answer: /page-seal/,
    done: async (page) => await page.waitForURL('**/settings/app?kept=A*'),
    says: /<button[^>]* disabled/,
  },
};

/** Holds the next answer up that is asked for under this address. */
async function hold(page: Page, answer: Work['answer']) {
  const { promise: asked, resolve } = Promise.withResolvers<Route>();
  await page.route(answer, (route) => resolve(route), { times: 1 });
  return { asked, letGo: async (): Promise<void> => await (await asked).continue() };
}

/** What tells to wait from the beginning of the work to its end, where its answer takes so long; by the time of the page. */
async function tellsOf(page: Page, work: Work, ms: number): Promise<string[]> {
  await page.clock.install();
  await work.open(page);
  const told: string[] = [];
  await page.exposeFunction('tell', (path: string, text: string) => {
    if (path === work.path) told.push(text);
  });
  const { asked, letGo } = await hold(page, work.answer);
  await page.clock.pauseAt(Date.now() + 600_000);
  await page.addInitScript(WATCH);
  await page.evaluate(WATCH);
  await work.begin(page);
  await asked;
  await page.clock.runFor(ms);
  await letGo();
  await work.done(page);
  return told;
}

void test(
  'what is done sooner than 200 ms is never said to be under way, and what is not is',
  LIMIT,
  async (t) => {
    await using opened = await openProgramHub({ vault: true });
    const { hub } = opened;
    await signInAs(hub, 'ada');
    await hub.addRepo('ada/demo', { type: 'space', sdk: 'gradio', files: PROGRAM_FILES });
    await hub.addRepo('ada/files', { files: { 'README.md': '# Files\n' } });
    const { text: token } = await hub.addToken('ada', 'write');
    await commitFiles(hub, { repo: 'ada/files', token, files: { 'long.csv': TABLE } });
    await using chromium = await openChromium();
    await using first = await openWindow(chromium.browser, hub);
    const storageState = await signIn(await first.context.newPage());
    for (const [name, work] of Object.entries(WORKS))
      await t.test(name, async () => {
        const look = async (ms: number): Promise<string[]> => {
          await using window = await openWindow(chromium.browser, hub, { storageState });
          const told = await tellsOf(await window.context.newPage(), work, ms);
          assert.deepEqual(window.complaints, []);
          return told;
        };
        assert.deepEqual(await look(SOON_MS - 1), []);
        assert.match((await look(SOON_MS)).join('\n'), work.says);
      });
  },
);

async function signIn(page: Page) {
  await page.goto('/sign-in');
  await page.getByLabel('User name or email address').fill('ada');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return await page.context().storageState();
}
