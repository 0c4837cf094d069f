// Pages in both themes: axe has nothing serious against either. Where `./holdfast test --pictures` asks for it, pictures of them are
// left in a folder that git ignores: for people to look at, not to compare. A run that nobody looks at is spared the drawing.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Page } from 'playwright-core';
import { requireAccessible } from './accessible.ts';
import { ROOT } from './program.ts';

const WANTED = process.env['HOLDFAST_TEST_PICTURES'] === '1';

/** Has axe look at the page as it is now, light and dark, and takes pictures of it where they are wanted. */
export async function takePictures(page: Page, name: string): Promise<void> {
  const folder = path.join(ROOT, '.tools', 'screenshots');
  if (WANTED) await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await requireAccessible(page, `${name}, ${colorScheme}`);
    if (WANTED)
      await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
}
