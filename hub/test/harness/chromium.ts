// Debian's Chromium, driven over its own protocol.
import { access } from 'node:fs/promises';
import path from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { type ServedHub } from './served-hub.ts';

/** A window of the browser; disposal closes it. */
export interface Window extends AsyncDisposable {
  readonly context: BrowserContext;
}

/** Starts the browser, with these arguments beside ours. */
export async function openChromium(
  own: readonly string[] = [],
): Promise<{ readonly browser: Browser } & AsyncDisposable> {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    // Root has no sandbox of Chromium's own; the pages are ours.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', ...own],
  });
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}

const WITHOUT_SCRIPT = new WeakSet<BrowserContext>();

/** Whether pages of a window run no script. */
export function isWithoutScript(context: BrowserContext): boolean {
  return WITHOUT_SCRIPT.has(context);
}

/** A window without cookies that looks at the hub, and what went wrong in it. */
export async function openWindow(
  browser: Browser,
  hub: ServedHub,
  options: BrowserContextOptions = {},
): Promise<Window & { readonly complaints: readonly string[] }> {
  const context = await browser.newContext({
    baseURL: `http://localhost:${hub.port}`,
    locale: 'en-GB',
    ...options,
  });
  if (options.javaScriptEnabled === false) WITHOUT_SCRIPT.add(context);
  const complaints: string[] = [];
  // A policy that refuses something of ours says so here, and so does a script that fails.
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('request', (request) => {
    const { origin, host } = new URL(request.url());
    // What a frame shows of a Space comes from the Space's own origin.
    const isApp = host.endsWith(`.localhost:${hub.port}`) && request.frame().parentFrame() !== null;
    if (origin !== `http://localhost:${hub.port}` && !isApp) complaints.push(`asked ${request.url()}`);
  });
  return { context, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/**
 * Lists the addresses to which a page sends large files from now on. It asks at each first whether the file is there, and nothing
 * tells how much a request carries that carries a file: sent is what is put twice.
 */
export function listSent(page: Page): () => string[] {
  const asked = new Set<string>();
  const sent: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'PUT') return;
    if (asked.has(request.url())) sent.push(request.url());
    asked.add(request.url());
  });
  return () => sent;
}

async function findChromium(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(':');
  for (const folder of [...folders, '/usr/bin']) {
    const file = path.join(folder, 'chromium');
    const found = await access(file).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new Error('there is no program chromium');
}
