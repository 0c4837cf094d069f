// The project's own files, found by walking the checkout: git may be absent, and not everything is committed yet.
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ROOT } from './environment.ts';

const SKIPPED: readonly string[] = ['node_modules', '.git', '.tools', 'data', 'data.keys'];

/** All files of the project, relative to the checkout, sorted. */
export async function projectFiles(): Promise<readonly string[]> {
  const found: string[] = [];
  await walk('', found);
  return found.sort();
}

async function walk(folder: string, found: string[]): Promise<void> {
  for (const entry of await readdir(path.join(ROOT, folder), { withFileTypes: true })) {
    if (SKIPPED.includes(entry.name)) continue;
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) await walk(file, found);
    else if (entry.isFile()) found.push(file);
  }
}

/** The TypeScript files of the product and its tools, tests included. */
export async function sourceFiles(): Promise<readonly string[]> {
  return (await projectFiles()).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}
