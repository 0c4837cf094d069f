// Pythons of the operator's own, which Spaces are shown: looked at when the configuration is read, so that a wrong folder is named
// then and not by a build that fails. Nothing in them is run here.
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';

/** Trees of the machine itself: whoever names one of them would show it to every app. */
const OF_THE_MACHINE = new Set(['/', '/usr', '/usr/local', '/opt', '/home', '/root', '/srv', '/var']);

/** Says of each folder what is wrong with it. `closed` are our own folders, which no app may see. */
export async function checkPythons(
  folders: readonly string[],
  closed: readonly string[],
  problems: string[],
): Promise<void> {
  for (const [n, folder] of folders.entries()) {
    const why = await findProblem(folder, closed);
    if (why !== undefined) problems.push(`spaces.pythons.${String(n)} is ${folder}, ${why}`);
  }
}

async function findProblem(folder: string, closed: readonly string[]): Promise<string | undefined> {
  const place = await realpath(folder).catch(() => undefined);
  if (place === undefined) return 'which cannot be found';
  const own = await Promise.all(closed.map(async (path) => await realpath(path).catch(() => path)));
  const isOurs = own.some((path) => `${path}${sep}`.startsWith(`${place}${sep}`));
  if (OF_THE_MACHINE.has(place) || isOurs)
    return 'which holds more than a Python: apps would see all of it. Name a folder that was made for it';
  const program = await stat(join(place, 'bin/python3')).catch(() => undefined);
  return program?.isFile() === true ? undefined : 'which has no program bin/python3';
}
