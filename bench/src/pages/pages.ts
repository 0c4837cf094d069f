// `./holdfast bench pages`: how long the hub takes for the HTML of its pages, and when somebody sees them. Quick by default;
// `--long` is the form whose figures are worth keeping: a million repositories, and some 10 GB in the folder for temporary files.
import { readFile } from 'node:fs/promises';
import { TestBrowser } from '@holdfast/hub/test-browser';
import { type BenchHub } from '../hub.ts';
import { note } from '../note.ts';
import { requirePrograms } from '../program.ts';
import { openAsker, type Asker } from '../scale/latency.ts';
import { openLoadedHub } from '../scale/loaded-hub.ts';
import { pageKinds, type PageKind } from './kinds.ts';
import { formatPaint, measurePaint } from './paint.ts';
import { giveCards } from './prepared.ts';
import { formatPages, measurePages, rowOf, type PageTimes } from './server-time.ts';

/** How the command is used. */
export const PAGES_USAGE = 'usage: ./holdfast bench pages [--long]';

const FEW = 20_000;
const MANY = 1_000_000;
const ROUNDS = 5;

/** Loads, measures and prints; gives the exit code. */
export async function runPages(words: readonly string[]): Promise<number> {
  if (words.some((word) => word !== '--long')) {
    console.error(PAGES_USAGE);
    return 2;
  }
  await requirePrograms(['chromium']);
  await using loaded = await openLoadedHub(words.includes('--long') ? MANY : FEW, note);
  const { hub } = loaded;
  note('giving models a card');
  const kinds = pageKinds(loaded, await giveCards(loaded));
  const cookies = await signIn(hub);
  console.log(`${formatPages(await measureServer(hub, kinds, cookies))}\n`);
  note('looking at pages in Chromium');
  const pages = kinds.map(({ name, pages: [path = ''] }) => ({ name, path }));
  console.log(formatPaint(await measurePaint({ url: addressOf(hub), cookies, pages })));
  return 0;
}

/** Where people go, whose cookies are of this host. */
function addressOf({ url }: BenchHub): string {
  return `http://localhost:${new URL(url).port}`;
}

/** Signs the first administrator in; gives the cookies. */
async function signIn(hub: BenchHub): Promise<ReadonlyMap<string, string>> {
  const browser = new TestBrowser({ port: Number(new URL(hub.url).port) });
  const password = await readFile(`${hub.data}.keys/admin.password`, 'utf8');
  const { status, body } = await browser.signIn('admin', password.trim());
  if (browser.cookies.size === 0)
    throw new Error(`signing in was answered with ${status}: ${body.slice(0, 500)}`);
  return browser.cookies;
}

async function measureServer(
  hub: BenchHub,
  kinds: readonly PageKind[],
  cookies: ReadonlyMap<string, string>,
): Promise<readonly PageTimes[]> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const host = { host: new URL(addressOf(hub)).host };
  using anonymous = openAsker(hub.url, undefined, host);
  using signedIn = openAsker(hub.url, undefined, { ...host, cookie });
  await warmUp(anonymous, kinds);
  const results: PageTimes[] = [];
  for (const [who, asker] of Object.entries({ 'signed in': signedIn, anonymous }))
    for (const kind of kinds) {
      const by = { who, asker, pid: hub.pid, rounds: ROUNDS, isFirst: asker === signedIn };
      const result = await measurePages(kind, by);
      note(rowOf(result).join(' | '));
      results.push(result);
    }
  return results;
}

/** A hub that has just started compiles what it runs; that is no part of a page. */
async function warmUp(asker: Asker, kinds: readonly PageKind[]): Promise<void> {
  note('warming up');
  const warm = kinds
    .flatMap(({ pages, yard }) => [pages.at(-1), yard.at(-1)])
    .filter((one) => one !== undefined);
  for (let round = 0; round < 20; round += 1) for (const target of warm) await asker.ask('GET', target);
}
