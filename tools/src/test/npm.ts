// Finds an npm: the pinned Node may come without one, so the launcher keeps its own beside it.
import { constants } from 'node:fs';
import { access, glob } from 'node:fs/promises';
import path from 'node:path';
import { TOOLS_FOLDER } from '../environment.ts';

/** A program and its first arguments. */
export interface Npm {
  readonly file: string;
  readonly args: readonly string[];
}

/** The npm to use: beside our Node, below .tools, or the system's. */
export async function findNpm(): Promise<Npm> {
  const beside = path.join(path.dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  const own = await Array.fromAsync(glob('npm-*/bin/npm-cli.js', { cwd: TOOLS_FOLDER }));
  for (const script of [beside, ...own.sort().map((file) => path.join(TOOLS_FOLDER, file))]) {
    const present = await access(script, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (present) return { file: process.execPath, args: [script] };
  }
  return { file: 'npm', args: [] };
}
