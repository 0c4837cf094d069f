// A Python of the operator's own for tests: that of the base, in a folder elsewhere.
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestBase } from './bench.ts';

/** What it says it is. */
export const OWN_VERSION = '3.11';

/** A folder that everybody may read, gone at the end. */
export async function openPythonFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-pythons-'));
  await chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }) };
}

/** Puts one that works into a folder. */
export async function installPython(folder: string): Promise<void> {
  const { path } = await (await openTestBase()).ensure();
  await mkdir(join(folder, 'bin'), { recursive: true });
  await cp(join(path, `usr/bin/python${OWN_VERSION}`), join(folder, 'bin/python3'));
  await cp(join(path, `usr/lib/python${OWN_VERSION}`), join(folder, `lib/python${OWN_VERSION}`), {
    recursive: true,
    verbatimSymlinks: true,
  });
}
