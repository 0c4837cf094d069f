// Every page there is, as the right person sees it: in English on a desk and in Portuguese on a phone, in both themes. None asks anything
// of another host. A path of a page without a row in this table fails, and so does a page that no row opens.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { webRoutes } from '../../src/surfaces/web/routes.ts';
import { openChromium, openWindow } from '../harness/chromium.ts';
import { openInhabitedHub, type InhabitedHub, type Looker } from '../harness/inhabited-hub.ts';
import {
  requireGuarded,
  requireLight,
  requireOneMain,
  requirePortuguese,
  requireSteady,
} from '../harness/page-look.ts';
import { ROOT } from '../harness/program.ts';
import { takePictures } from '../harness/screenshots.ts';

/** One look at a page. */
interface Look {
  readonly as: Looker;
  readonly at: string;
  /** What is there once the page is complete. */
  readonly shows?: string;
  /** The beginning of where it leads, when it has nothing to show itself. */
  readonly leads?: string;
}

const REPO = '/[[prefix=prefix]]/[namespace=owner]/[name]';
const MODEL = '/alice/writer';
const FILES = '/alice/files/blob/main';
const DEMO = '/spaces/ann/demo';

const as = (who: Looker, ...all: readonly (string | readonly [at: string, shows: string])[]): Look[] =>
  all.map((one) => (typeof one === 'string' ? { as: who, at: one } : { as: who, at: one[0], shows: one[1] }));
const leading = (who: Looker, at: string, leads: string): Look[] => [{ as: who, at, leads }];

/** How the pages about people and the hub are looked at, by the folder of each. */
function looksAtHub({ places }: InhabitedHub): Readonly<Record<string, readonly Look[]>> {
  return {
    '/': as('alice', '/'),
    '/[list=list]': as('alice', '/models', '/datasets', '/spaces', '/models?search=nothing-has-this-name'),
    '/search': as('alice', '/search?q=writer', '/search'),
    '/[namespace=owner]': as('alice', '/alice', '/acme'),
    '/+error': as('alice', '/alice/nothing-has-this-name', '/security'),
    '/sign-in': as('nobody', '/sign-in?to=/account', '/sign-in?problem=sso.over'),
    '/sign-in/code': as('half', '/sign-in/code'),
    '/sign-in/passkey': leading('nobody', '/sign-in/passkey', '/sign-in'),
    '/sign-in/issuer': leading('nobody', '/sign-in/issuer?to=/account', 'http://127.0.0.1:'),
    '/sign-in/issuer/back': leading(
      'nobody',
      '/sign-in/issuer/back?error=access_denied&state=x',
      '/sign-in?problem=',
    ),
    '/sign-out': leading('alice', '/sign-out', '/'),
    '/sign-up': as('nobody', '/sign-up'),
    '/join/[invitation]': as('nobody', places.join),
    '/device': as('alice', '/device', places.device, '/device?code=XXXX-XXXX', '/device?done=approved'),
    '/oauth/authorize': as('boss', places.consent),
    '/language': leading('alice', '/language', '/'),
    '/account': as('alice', '/account'),
    '/account/second-factor': as('alice', '/account/second-factor'),
    '/account/passkeys': as('alice', '/account/passkeys'),
    '/account/prove': as('alice', '/account/prove?to=/account/tokens'),
    '/account/prove/code': as('proving', '/account/prove/code?to=/account/tokens'),
    '/account/prove/passkey': leading('alice', '/account/prove/passkey', '/account/prove'),
    '/account/prove/issuer': leading('alice', '/account/prove/issuer', 'http://127.0.0.1:'),
    '/account/sessions': as('alice', '/account/sessions'),
    '/account/organizations/[name]': [
      ...as('boss', '/account/organizations/acme'),
      ...as('alice', '/account/organizations/acme'),
    ],
    '/account/tokens': as('alice', '/account/tokens'),
    '/account/invitations': as('boss', '/account/invitations'),
    '/account/applications': as('alice', '/account/applications'),
    '/new/space': as('ann', '/new/space'),
    '/security': as('boss', '/security'),
    '/security/users': as('boss', '/security/users', '/security/users?name=nobody-at-all'),
    '/security/users/[name]': as('boss', '/security/users/alice'),
    '/security/sessions': as('boss', '/security/sessions'),
    '/security/tokens': as('boss', '/security/tokens'),
    '/security/ledger': as('boss', '/security/ledger', '/security/ledger?live=1'),
    '/security/ledger/[hash]': as('boss', [places.entry, '[data-checkpoint]']),
    '/security/secrets': as('boss', '/security/secrets'),
    '/security/secrets/[space]': as('boss', places.sinks),
    '/security/doors': as('boss', '/security/doors'),
    '/security/doors/[space]': as('boss', places.door),
    '/security/organizations/[org]/doors/[space]': as('boss', places.doorOfAcme),
    '/security/organizations/[org]/ledger': as(
      ...([
        'boss',
        '/security/organizations/acme/ledger',
        '/security/organizations/acme/ledger?live=1',
      ] as const),
    ),
    '/security/organizations/[org]/ledger/[hash]': as('boss', places.entryOfAcme),
    '/security/mail': as('boss', '/security/mail'),
    '/security/organizations': as('boss', '/security/organizations'),
    ...Object.fromEntries(
      ['', '/members', '/secrets', '/doors'].map((room) => [
        `/security/organizations/[org]${room}`,
        as('boss', `/security/organizations/acme${room}`),
      ]),
    ),
  };
}

/** The same of repositories. */
function looksAtRepos({ places }: InhabitedHub): Readonly<Record<string, readonly Look[]>> {
  return {
    [REPO]: [
      ...as('alice', [MODEL, '.hljs-string'], '/alice/base', '/datasets/alice/reviews', DEMO),
      ...as('ann', [DEMO, 'iframe'], '/spaces/ann/building'),
    ],
    [`${REPO}/tree/[...rest]`]: as('alice', `${MODEL}/tree/main`, `${MODEL}/tree/main/src`),
    [`${REPO}/blob/[...rest]`]: [
      ...as('alice', [`${MODEL}/blob/main/src/run.py`, '.hljs-keyword'], `${MODEL}/blob/main/docs/notes.md`),
      ...as('alice', `${MODEL}/blob/main/pictures/dot.gif`, `${MODEL}/blob/main/weights.bin`),
      ...['data.csv', 'data.jsonl', 'data.parquet', 'model.safetensors', 'model.gguf'].flatMap((name) =>
        as('alice', [`${FILES}/${name}`, '[data-sheet] td']),
      ),
      ...as('alice', [`${FILES}/look.ipynb`, '.hljs-keyword'], [`${FILES}/silence.wav`, 'audio']),
      ...as('alice', [`${FILES}/broken.parquet`, '.notice.bad']),
    ],
    [`${REPO}/commits/[...rest]`]: as('alice', `${MODEL}/commits/main`),
    [`${REPO}/commit/[commit]`]: as('alice', places.commit),
    [`${REPO}/refs`]: as('alice', `${MODEL}/refs`),
    [`${REPO}/settings`]: [...as('alice', `${MODEL}/settings`), ...as('ann', `${DEMO}/settings`)],
    [`${REPO}/settings/app`]: as('ann', `${DEMO}/settings/app`),
    [`${REPO}/settings/secret`]: as('ann', `${DEMO}/settings/secret`, `${DEMO}/settings/secret?name=CLOSED`),
    [`${REPO}/logs`]: as('ann', [`${DEMO}/logs?of=run`, '.lines code'], '/spaces/ann/building/logs'),
    [`${REPO}/duplicate`]: as('ann', `${DEMO}/duplicate`),
    [`${REPO}/edit/[...rest]`]: as('alice', `${MODEL}/edit/main/src/run.py`),
    [`${REPO}/new/[...rest]`]: as('alice', `${MODEL}/new/main`),
    [`${REPO}/delete/[...rest]`]: as('alice', `${MODEL}/delete/main/src/run.py`),
    [`${REPO}/upload/[...rest]`]: as('alice', `${MODEL}/upload/main`),
  };
}

/** The folders of `web/src/routes` that have a page. */
function listPages(): string[] {
  const folder = path.join(ROOT, 'web/src/routes');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === '+page.svelte')
    .map((file) => path.posix.join('/', path.dirname(file)));
}

/** The path of the hub's routes that a page answers: that of a list stands for three. */
function pathsOf(page: string): string[] {
  const named = page
    .replace('/[[prefix=prefix]]', '{prefix}')
    .replace('[...rest]', '*')
    .replaceAll(/\[(\w+)(?:=\w+)?\]/g, '{$1}');
  return named === '/{list}' ? ['/models', '/datasets', '/spaces'] : [named];
}

function listUnlookedPaths(pages: readonly string[]): string[] {
  const looked = pages.flatMap(pathsOf);
  const isLooked = (one: string): boolean =>
    one.endsWith('/*') && !one.startsWith('{prefix}')
      ? looked.some((page) => page.startsWith(one.slice(0, -1)))
      : looked.includes(one) || looked.includes(one.replace(/^\/spaces/, '{prefix}'));
  // A list of routes is made without what they need.
  return webRoutes({} as Parameters<typeof webRoutes>[0])
    .filter(({ operation }) => operation === 'getPage' || operation === 'getRepoPage')
    .flatMap(({ path: first, aliases = [] }) => [first, ...aliases])
    .filter((one) => !isLooked(one));
}

interface Way {
  readonly name: string;
  readonly options: BrowserContextOptions;
  readonly check: (page: Page, name: string) => Promise<void>;
}

const WAYS: readonly Way[] = [
  {
    name: 'desk',
    options: { viewport: { width: 1280, height: 900 } },
    check: async () => undefined,
  },
  {
    name: 'phone',
    options: { viewport: { width: 390, height: 844 }, locale: 'pt-PT' },
    check: requirePortuguese,
  },
];

async function lookAt(page: Page, { as: who, at, shows, leads }: Look, way: Way): Promise<void> {
  if (leads !== undefined) {
    const answer = await page.request.get(at, { maxRedirects: 0 });
    assert.equal(answer.status(), 303, at);
    assert.ok(
      answer.headers()['location']?.startsWith(leads),
      `${at} leads to ${answer.headers()['location']}`,
    );
    return;
  }
  const answer = await page.goto(at);
  assert.equal(new URL(page.url()).pathname, at.split('?', 1)[0], `${at} leads elsewhere`);
  if (shows !== undefined) await page.locator(shows).first().waitFor();
  // Without what is another at each run.
  const place = at.replaceAll(/[\w-]{20,}|\b(?!XXXX)[A-Z]{4}-[A-Z]{4}\b/g, 'x').replaceAll(/\W+/g, '-');
  const name = `${way.name}-${who}${place.slice(0, 60)}`;
  requireGuarded(answer, name);
  await requireLight(page, name);
  await requireSteady(page, name);
  await requireOneMain(page, name);
  await way.check(page, name);
  await takePictures(page, name);
}

interface Walked {
  readonly scene: InhabitedHub;
  readonly looks: readonly Look[];
}

async function walk(browser: Browser, { scene, looks }: Walked, way: Way): Promise<void> {
  const wrong: string[] = [];
  for (const [looker, cookies] of Object.entries(scene.cookies)) {
    await using window = await openWindow(browser, scene.hub, way.options);
    const all = Object.entries(cookies).map(([name, value]) => ({ name, value }));
    await window.context.addCookies(all.map((one) => ({ ...one, domain: 'localhost', path: '/' })));
    const page = await window.context.newPage();
    // All that is wrong is said at once: who mends a page wants to know of the others.
    for (const look of looks.filter(({ as: who }) => who === looker))
      await lookAt(page, look, way).catch((error: unknown) => {
        if (!(error instanceof Error)) throw error;
        wrong.push(error.message);
      });
    wrong.push(...window.complaints.filter((one) => !/status of (?:403|404)/.test(one)));
  }
  assert.equal(wrong.length, 0, wrong.join('\n\n'));
}

void test('every page is light, guarded and steady, can be used by everybody, fits a phone and speaks the language that is asked for', async (t) => {
  await using scene = await openInhabitedHub();
  const table = { ...looksAtHub(scene), ...looksAtRepos(scene) };
  await t.test('every page has a look, and every look a page', () => {
    assert.deepEqual(Object.keys(table).toSorted(), [...listPages(), '/+error'].toSorted());
    assert.deepEqual(listUnlookedPaths(Object.keys(table)), []);
  });
  await using chromium = await openChromium();
  const looks = Object.values(table).flat();
  for (const way of WAYS)
    await t.test(way.name, async () => await walk(chromium.browser, { scene, looks }, way));
});
