// Builds the pages into a folder: `node web/build.ts FOLDER`. The folder appears under its name only when it is whole.
// Nothing is written into the checkout, which may belong to somebody else.
import { chmodSync, existsSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { sveltekit } from '@sveltejs/kit/vite';
import { type Adapter } from '@sveltejs/kit';
import { createBuilder } from 'vite';

const [wish] = process.argv.slice(2);
if (wish === undefined) throw new Error('name the folder to build into');
const folder = path.resolve(wish);
// The hub reads what is built here as another user.
process.umask(0o022);
mkdirSync(path.dirname(folder), { recursive: true });
const stage = mkdtempSync(`${folder}.part-`);
// A copy of the sources, because the framework writes beside them; here, from where packages are found.
const work = mkdtempSync(`${folder}.work-`);
for (const name of ['src', 'static', 'package.json'])
  cpSync(path.join(import.meta.dirname, name), path.join(work, name), { recursive: true });
process.chdir(work);
try {
  const builder = await createBuilder({
    root: work,
    configFile: false,
    logLevel: 'warn',
    cacheDir: path.join(work, 'cache'),
    // One piece that needs no package at run time.
    ssr: { noExternal: true },
    build: { assetsInlineLimit: 0, reportCompressedSize: false },
    plugins: [
      sveltekit({
        adapter: intoFolder(stage),
        // Whether a form is ours is decided where pages are mounted, which knows the hub's address.
        paths: { relative: false },
        version: { name: 'built' },
      }),
    ],
  });
  await builder.buildApp();
  // Made for us alone, as all such folders are.
  chmodSync(stage, 0o755);
  // Another start may have been first: what it made is the same.
  try {
    renameSync(stage, folder);
  } catch (error) {
    if (!existsSync(path.join(folder, 'index.js'))) throw error;
  }
} finally {
  rmSync(stage, { recursive: true, force: true });
  rmSync(work, { recursive: true, force: true });
}

/** Puts together what the hub mounts: the server's part with its entry, and the files that browsers load. */
function intoFolder(target: string): Adapter {
  return {
    name: 'holdfast',
    adapt(builder) {
      const server = path.join(target, 'server');
      builder.copy(builder.getServerDirectory(), server);
      builder.copy(builder.getClientDirectory(), path.join(target, 'client'));
      builder.generateServerInstance(path.join(target, 'index.js'), { serverDirectory: server });
    },
  };
}
