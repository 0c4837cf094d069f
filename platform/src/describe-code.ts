// What a cache of compiled code depends on, without reading all of the code.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { findText, listFiles } from './private-files.ts';

/** A lockfile of many packages is long. Bytes. */
const LONGEST_LOCKFILE = 16 * 1024 * 1024;

/**
 * A digest, as 64 hex digits, of Node's version, of what npm installed, and of every file of these workspaces by time and size.
 * It changes whenever compiled code might.
 */
export async function describeCode(checkout: string, workspaces: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  hash.update((await findText(join(checkout, 'node_modules/.package-lock.json'), LONGEST_LOCKFILE)) ?? '');
  for (const folder of workspaces)
    for (const { path, size, time } of await listFiles(join(checkout, folder, 'src')))
      hash.update(`${path} ${String(size)} ${String(time)}\n`);
  return hash.digest('hex');
}
