// The pages that tests serve: built once, as the product builds them.
import { openPages } from '@holdfast/supervisor/page-build';
import { ROOT } from './program.ts';

/** The folder of the built pages. */
export async function findPages(): Promise<string> {
  return await openPages({ checkout: ROOT, node: process.execPath, tell: () => undefined });
}
