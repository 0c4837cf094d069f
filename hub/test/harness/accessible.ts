// Asks axe whether a page can be used by everybody: with a keyboard, a screen reader, little sight. It runs in the page that a
// test looks at; nothing of it is served by the hub.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type Page } from 'playwright-core';
import { isWithoutScript } from './chromium.ts';

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** Fails where axe finds something serious on the page as it is now. */
export async function requireAccessible(page: Page, name: string): Promise<void> {
  if (!isWithoutScript(page.context())) return await askAxe(page, name);
  // Axe is script. The same page is opened beside, where there is some.
  const { pathname, search } = new URL(page.url());
  const storageState = await page.context().storageState();
  const browser = page.context().browser();
  assert.ok(browser);
  const context = await browser.newContext({
    storageState,
    colorScheme: name.endsWith('dark') ? 'dark' : 'light',
  });
  try {
    const beside = await context.newPage();
    await beside.goto(new URL(pathname + search, page.url()).href);
    await askAxe(beside, name);
  } finally {
    await context.close();
  }
}

async function askAxe(page: Page, name: string): Promise<void> {
  await page.evaluate(await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8'));
  const { violations, passes } = await page.evaluate<{ violations: Violation[]; passes: unknown[] }>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html.slice(0, 200))
          .join(' | ')}`,
    );
  // Axe that looked at nothing finds nothing.
  assert.ok(passes.length > 5, `${name}: axe looked at ${passes.length} things`);
  assert.deepEqual(serious, [], name);
}
