// Which Holdfast this is.
import { join } from 'node:path';
import { findText } from '@holdfast/platform/private-files';

/** The version of the checkout, from its package.json. */
export async function readVersion(checkout: string): Promise<string> {
  const text = (await findText(join(checkout, 'package.json'))) ?? '{}';
  const { version } = JSON.parse(text) as { readonly version?: unknown };
  return typeof version === 'string' ? version : 'unknown';
}
