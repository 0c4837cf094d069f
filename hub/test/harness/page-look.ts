// What can be told of a page by a program: whether it scrolls sideways, whether something that one presses is cut off, how far things
// jumped while it came, how much script it brings, what it lets run, and whether it speaks a language that nobody asked for.
import assert from 'node:assert/strict';
import { type Page, type Response } from 'playwright-core';
import { en } from '@holdfast/web/src/lib/words/en.ts';
import { pt } from '@holdfast/web/src/lib/words/pt.ts';

/** The most that things may jump; 0.1 is what the web calls good. */
const MOST_SHIFT = 0.02;

/** Sum of what jumped, and what it was. */
const SHIFT = `new Promise((done) => {
  let sum = 0;
  const what = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      sum += value;
      for (const { node } of sources) {
        const one = node?.nodeType === 3 ? node.parentElement : node;
        what.push(value.toFixed(3) + ' ' + (one?.outerHTML.slice(0, 120) ?? 'gone'));
      }
    }
  }).observe({ type: 'layout-shift', buffered: true });
  const frames = (left) => left === 0 ? setTimeout(() => done({ sum, what }), 20) : requestAnimationFrame(() => frames(left - 1));
  frames(3);
})`;

/** The most script that a page may bring, in bytes as they are sent. */
const MOST_SCRIPT = 90_000;

/**
 * Bytes of the scripts that came with the page. What is loaded to look into a file comes when it is looked into, and is not counted;
 * on every other page all of it is, also what colours code.
 */
const SCRIPT = `(() => {
  const named = new Set([...document.scripts].map(({ src }) => src));
  const looks = document.querySelector('[data-view]') !== null;
  return performance.getEntriesByType('resource')
    .filter(({ name }) => /\\.js(\\?|$)/.test(name) && (!looks || named.has(name)))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
})()`;

/** Controls of which a part is where nobody gets to. What scrolls by itself may hold more than it shows. */
const CUT = `[...document.querySelectorAll('a, button, summary, input, select, textarea')].filter((one) => {
  if (!one.checkVisibility({ visibilityProperty: true }) || one.matches('.skip, .hidden, .hidden *')) return false;
  const box = one.getBoundingClientRect();
  if (box.width === 0) return false;
  if (one.matches('button, summary, .button') && one.scrollWidth > one.clientWidth + 1) return true;
  for (let up = one.parentElement; up !== null && up !== document.body; up = up.parentElement) {
    const { overflowX } = getComputedStyle(up);
    if (overflowX === 'visible') continue;
    if (/auto|scroll/.test(overflowX)) return false;
    const around = up.getBoundingClientRect();
    if (box.right > around.right + 1 || box.left < around.left - 1) return true;
  }
  return box.left < -1 || box.right > innerWidth + 1;
}).map((one) => one.outerHTML.slice(0, 160))`;

/** What the page says itself: not what people wrote, and not what is meant to be in another language. */
const SAID = `(() => {
  const theirs = 'pre, code, script, style, noscript, .prose, [data-sheet], [lang]:not(html), textarea';
  const said = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    if (parentElement !== null && !parentElement.closest(theirs)) said.push(data);
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    if (!one.closest('.prose, [data-sheet], [lang]:not(html)'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) said.push(one.getAttribute(name) ?? '');
  return said.map((one) => one.replaceAll(/\\s+/g, ' ').trim()).filter((one) => one !== '');
})()`;

/** Fails where the page scrolls sideways, cuts off what one presses, or jumped while it came. */
export async function requireSteady(page: Page, name: string): Promise<void> {
  const { sum, what } = await page.evaluate<{ sum: number; what: string[] }>(SHIFT);
  assert.ok(sum < MOST_SHIFT, `${name} jumped by ${sum}: ${what.join('\n')}`);
  const beyond = await page.evaluate<number>('document.scrollingElement.scrollWidth - innerWidth');
  assert.ok(beyond <= 0, `${name} scrolls sideways by ${beyond}`);
  assert.deepEqual(await page.evaluate<string[]>(CUT), [], `${name} cuts off`);
}

/** Fails where several buttons of a page say that they are the main one. */
export async function requireOneMain(page: Page, name: string): Promise<void> {
  const mains = await page.locator(':is(button, .button).main:visible').allInnerTexts();
  assert.ok(mains.length <= 1, `${name} has several main buttons: ${mains.join(', ')}`);
}

/** Fails where the page brings more script than it may. */
export async function requireLight(page: Page, name: string): Promise<void> {
  const bytes = await page.evaluate<number>(SCRIPT);
  assert.ok(bytes < MOST_SCRIPT, `${name} brings ${bytes} bytes of script`);
}

/** Fails where a page could run or load what is not ours, or be framed. */
export function requireGuarded(answer: Response | null, name: string): void {
  const headers = answer?.headers() ?? {};
  const policy = headers['content-security-policy'] ?? '';
  // A script that somebody got into the page would be neither from there nor allowed in it.
  assert.match(policy, /(?:^|; )default-src 'none'; script-src http:\/\/localhost:\d+\/_app\/;/, name);
  assert.match(policy, /(?:^|; )frame-ancestors 'none'/, name);
  assert.ok(!policy.includes('unsafe'), `${name}: ${policy}`);
  assert.equal(headers['x-content-type-options'], 'nosniff', name);
  assert.equal(headers['access-control-allow-origin'], undefined, name);
}

/** Fails where a page that is to be in Portuguese says something that is in the English words and in no Portuguese ones. */
export async function requirePortuguese(page: Page, name: string): Promise<void> {
  assert.equal(await page.evaluate<string>('document.documentElement.lang'), 'pt', name);
  const said = await page.evaluate<string[]>(SAID);
  // A page of which nothing was read says nothing wrong.
  assert.ok(said.length > 5, `${name}: ${said.length} texts`);
  assert.deepEqual(said.filter(isEnglish), [], name);
}

const PORTUGUESE = new Set(piecesOf(pt));
/** The names of the languages are in their own. */
const ENGLISH = new Set(piecesOf({ ...en, language: [] }).filter((piece) => !PORTUGUESE.has(piece)));
/** What nobody says by chance: several words. */
const PHRASES = [...ENGLISH].filter((piece) => piece.length > 8 && piece.includes(' '));

function isEnglish(text: string): boolean {
  return ENGLISH.has(text) || PHRASES.some((phrase) => text.includes(phrase));
}

/** Everything that words say, without what is filled in. */
function piecesOf(words: unknown): string[] {
  if (typeof words !== 'string') return Object.values(words as object).flatMap(piecesOf);
  return words
    .split(/\{\w+\}/)
    .map((piece) => piece.trim())
    .filter((piece) => piece.length > 2);
}
