// A copy of the checkout that a test may change and give to another user. What is large is linked, not copied.
import { chmod, chown, cp, mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { CHILD_WORKSPACES } from '@holdfast/supervisor/workspaces';
import { mustRun, ROOT, runProgram } from './program.ts';

const WORKSPACES = [...CHILD_WORKSPACES, 'web', 'cli', 'verifier'];
const FILES = ['holdfast', 'package.json', 'package-lock.json', '.npmrc'];

/** Makes the copy in this folder. It starts without installing anything. */
export async function copyCheckout(to: string): Promise<void> {
  await mkdir(path.join(to, '.tools'), { recursive: true });
  for (const name of FILES) await cp(path.join(ROOT, name), path.join(to, name));
  for (const name of WORKSPACES) await mustRun('cp', ['-a', path.join(ROOT, name), path.join(to, name)]);
  await linkTree('node_modules', to);
  const tools = await readdir(path.join(ROOT, '.tools'));
  for (const name of tools.filter((one) => one.startsWith('node-') || one === 'installed' || one === 'pages'))
    await linkTree(path.join('.tools', name), to);
}

/** Gives the folder, and nothing below it, to a user and closes it to all others. */
export async function giveFolder(folder: string, user: { uid: number; gid: number }): Promise<void> {
  await chown(folder, user.uid, user.gid);
  await chmod(folder, 0o700);
}

async function linkTree(name: string, to: string): Promise<void> {
  const [from, target] = [path.join(ROOT, name), path.join(to, name)];
  if ((await runProgram('cp', ['-al', from, target])).status === 0) return;
  // Hard links need one file system for both.
  await rm(target, { recursive: true, force: true });
  await mustRun('cp', ['-a', from, target]);
}
