// What program a start runs, for the ledger: two starts with one digest ran the same code on the same dependencies.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { listFiles } from '@holdfast/platform/private-files';
import { CHILD_WORKSPACES } from './workspaces.ts';

/** Folders whose sources are the program; the pages are made from `web`. */
export const WORKSPACES: readonly string[] = [...CHILD_WORKSPACES, 'web'];

/** The SHA-256 over Node's version, the lockfile, and every source with its path, as hex. */
export async function digestProgram(checkout: string): Promise<string> {
  const listed = await Promise.all(WORKSPACES.map((name) => listFiles(join(checkout, name, 'src'))));
  const paths = [join(checkout, 'package-lock.json'), ...listed.flat().map(({ path }) => path)];
  const hash = createHash('sha256').update(process.version);
  const digests = await Promise.all(
    paths.map(async (path) =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ),
  );
  for (const [index, path] of paths.entries())
    hash.update(`\n${digests[index] ?? ''} ${relative(checkout, path)}`);
  return hash.digest('hex');
}
