// The pages, built once for each state of their sources. What is built lies in `.tools`, under a digest of what it was
// built from: nothing built is committed, and a second start finds it.
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { exists, findText, listFiles } from '@holdfast/platform/private-files';
import { PLAIN_ENVIRONMENT, runProcess, succeeded } from '@holdfast/platform/process';
import { pagesNotBuilt } from './faults.ts';

const BUILD_TIMEOUT = 300_000;

/** Where to build with what, and whom to tell. */
export interface PageBuild {
  readonly checkout: string;
  readonly node: string;
  readonly tell: (line: string) => void;
}

/** The folder of the built pages; builds them where they are not there yet. Throws `pages.not-built`. */
export async function openPages({ checkout, node, tell }: PageBuild): Promise<string> {
  const folder = join(checkout, '.tools', 'pages', await digestSources(checkout));
  if (exists(join(folder, 'index.js'))) return folder;
  tell('Building the pages');
  const args = [join(checkout, 'web', 'build.ts'), folder];
  const outcome = await runProcess(
    { file: node, args },
    { timeout: BUILD_TIMEOUT, env: { ...PLAIN_ENVIRONMENT, NODE_ENV: 'production', ...librariesOf(node) } },
  );
  if (!succeeded(outcome) || !exists(join(folder, 'index.js')))
    throw pagesNotBuilt(outcome.stderr.trim() === '' ? outcome.stdout.trim() : outcome.stderr.trim());
  return folder;
}

async function digestSources(checkout: string): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  hash.update((await findText(join(checkout, 'package-lock.json'), 16 * 1024 * 1024)) ?? '');
  const web = join(checkout, 'web');
  const names = [join(web, 'src'), join(web, 'static'), join(checkout, 'kernel', 'src')];
  const files = (await Promise.all(names.map((name) => listFiles(name)))).flat().map(({ path }) => path);
  for (const path of [join(web, 'build.ts'), ...files].sort()) {
    const text = (await findText(path)) ?? '';
    hash.update(`${path.slice(checkout.length)} ${String(text.length)}\n`).update(text);
  }
  return hash.digest('hex').slice(0, 32);
}

// A library that Node needs and the system may not have; brought by the launcher.
function librariesOf(node: string): Readonly<Record<string, string>> {
  const brought = join(dirname(dirname(node)), 'lib');
  return exists(join(brought, 'libatomic.so.1')) ? { LD_LIBRARY_PATH: brought } : {};
}
