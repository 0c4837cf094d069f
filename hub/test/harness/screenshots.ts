// Pictures of pages in both themes, in a folder that git ignores: for people to look at, not to compare. Each page of which there
// is a picture is one that axe has nothing serious against.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Page } from 'playwright-core';
import { requireAccessible } from './accessible.ts';
import { ROOT } from './program.ts';

/** Takes pictures of the page as it is now, light and dark. */
export async function takePictures(page: Page, name: string): Promise<void> {
  const folder = path.join(ROOT, '.tools', 'screenshots');
  await mkdir(folder, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await requireAccessible(page, `${name}, ${colorScheme}`);
    await page.screenshot({ path: path.join(folder, `${name}-${colorScheme}.png`), fullPage: true });
  }
}
