// When a reader sees the largest thing of a page, in Chromium with nothing kept from before, and how much script the page brings.
import { gzipSync } from 'node:zlib';
import { openChromium } from '@holdfast/hub/test-chromium';
import { startBareServer } from '../bare-server.ts';
import { median } from '../result.ts';

/** What is looked at. */
export interface PaintWish {
  readonly url: string;
  /** Of who is signed in. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly pages: readonly { readonly name: string; readonly path: string }[];
}

/** What was seen of one page; milliseconds and bytes. */
export interface Painted {
  readonly name: string;
  readonly ms: readonly number[];
  readonly script: ScriptBytes;
}

/** How much script came over the network, and how much the same is when it is packed. */
interface ScriptBytes {
  readonly sent: number;
  readonly packed: number;
}

const LOADS = 5;
const GOALS = { ms: 1_000, script: 90_000 };
/** What the others are compared with. */
const BARE = 'a bare page of a bare server';

type Browser = Awaited<ReturnType<typeof openChromium>>['browser'];

/** Loads each page five times in windows that are new, and in turns a bare page. */
export async function measurePaint({ url, cookies, pages }: PaintWish): Promise<readonly Painted[]> {
  const bare = await startBareServer({
    headers: [['content-type', 'text/html; charset=utf-8']],
    body: '<!doctype html><title>Bare</title><h1>Bare</h1><p>Nothing is here but these words.</p>',
  });
  await using _running = bare.running;
  await using chromium = await openChromium();
  const kept = [...cookies].map(([name, value]) => ({ name, value, url }));
  const at = [
    { name: BARE, url: `http://localhost:${bare.port}/` },
    ...pages.map(({ name, path }) => ({ name, url: `${url}${path}` })),
  ];
  const seen = at.map(({ name }) => ({ name, ms: [] as number[], script: { sent: 0, packed: 0 } }));
  for (let load = 0; load <= LOADS; load += 1)
    for (const [index, place] of at.entries()) {
      const one = seen[index];
      const { ms, script } = await loadPage(chromium.browser, place.url, kept);
      // The first warms the browser, and what the hub keeps.
      if (load === 0 || one === undefined) continue;
      one.ms.push(ms);
      one.script = script;
    }
  return seen;
}

const LARGEST = `new Promise((resolve) =>
  new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({
    type: 'largest-contentful-paint',
    buffered: true,
  }),
)`;

async function loadPage(
  browser: Browser,
  url: string,
  cookies: Parameters<Awaited<ReturnType<Browser['newContext']>>['addCookies']>[0],
): Promise<{ ms: number; script: ScriptBytes }> {
  const context = await browser.newContext({ locale: 'en-GB' });
  await context.addCookies(cookies);
  const page = await context.newPage();
  const scripts: Promise<ScriptBytes>[] = [];
  page.on('response', (response) => {
    if (!(response.headers()['content-type'] ?? '').includes('javascript')) return;
    scripts.push(
      (async () => {
        const { responseBodySize: sent } = await response.request().sizes();
        return { sent, packed: gzipSync(await response.body()).length };
      })(),
    );
  });
  const answer = await page.goto(url, { waitUntil: 'networkidle' });
  if (answer?.status() !== 200) throw new Error(`${url} answered ${answer?.status()}`);
  const ms = await page.evaluate<number>(LARGEST);
  const all = await Promise.all(scripts);
  await context.close();
  const sum = (of: keyof ScriptBytes): number => all.reduce((total, one) => total + one[of], 0);
  return { ms, script: { sent: sum('sent'), packed: sum('packed') } };
}

/** The table of the results. */
export function formatPaint(results: readonly Painted[]): string {
  const bare = median(results.find(({ name }) => name === BARE)?.ms ?? []);
  const head = [
    ...['page', 'largest paint ms [loads]', 'ratio to the bare page', `under ${GOALS.ms} ms`],
    ...['script kB', 'packed', `under ${GOALS.script / 1_000} kB`],
  ];
  const rows = results.map(({ name, ms, script }) => {
    const spread = `${median(ms).toFixed(0)} [${Math.min(...ms).toFixed(0)}-${Math.max(...ms).toFixed(0)}]`;
    const kilobytes = (bytes: number): string => (bytes / 1_000).toFixed(1);
    return [
      ...[name, spread, (median(ms) / bare).toFixed(2), median(ms) < GOALS.ms ? 'reached' : 'missed'],
      ...[
        kilobytes(script.sent),
        kilobytes(script.packed),
        script.sent < GOALS.script ? 'reached' : 'missed',
      ],
    ];
  });
  return [head, ...rows].map((row) => row.join(' | ')).join('\n');
}
