// What all instances that run apps begin with: the root of Debian that their sandboxes share, which takes minutes to make, and
// the packages that their builds fetch.
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pause, push, untilStage } from './app-site.ts';
import { startInstance } from './instance.ts';
import { once } from '@holdfast/platform/test/once';
import { mustRun, ROOT } from './program.ts';

const KEPT = path.join(ROOT, '.tools/app-ground');
/** What of the runner's own folder is kept. */
const FOLDERS = ['base', 'cache'] as const;

/** Imports what was built, and answers. */
const APP = `
import gradio, http.server, os
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
`;

/** Puts it into a data folder that nobody has used yet; makes it when there is none. */
export async function seedGround(data: string): Promise<void> {
  await once(KEPT, makeGround);
  const own = ownFolder(data);
  await mkdir(own, { recursive: true });
  for (const folder of [path.dirname(own), own]) await chmod(folder, 0o711);
  await copy(KEPT, own);
}

/** Has an instance make and fetch what any app of Gradio needs. */
async function makeGround(to: string): Promise<void> {
  await using instance = await startInstance();
  const token = await instance.createToken({ user: 'admin', role: 'write' });
  const site = { instance, token, owner: 'admin' };
  const files = { 'README.md': '---\nsdk: gradio\n---\n', 'app.py': APP };
  await push(site, { type: 'space', name: 'first', files });
  await untilStage(site, 'first');
  await pause(site, 'first');
  await mkdir(to);
  await copy(ownFolder(instance.data), to);
}

async function copy(from: string, to: string): Promise<void> {
  for (const name of FOLDERS) await mustRun('cp', ['-a', path.join(from, name), path.join(to, name)]);
}

function ownFolder(data: string): string {
  return path.join(data, 'spaces', 'runner');
}
