// What instances compile of the same code: each does it for itself some seconds after its first start, which costs more than most
// tests. The runner of tests makes it once, and the others begin with a copy.
import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { mustRun, runProgram } from './program.ts';

/** A disk that a test made small is left to it. Bytes. */
const ROOMY = 2 ** 30;
const kept = process.env['HOLDFAST_TEST_CODE'] ?? '';

/** Lays what was compiled into a data folder that is not there yet. An instance of other code makes its own all the same. */
export async function layKeptCode(data: string): Promise<void> {
  const folder = path.dirname(data);
  // Where the instance is to make the folder around it, too, it finds nothing.
  if (kept === '' || !existsSync(kept) || existsSync(data) || !existsSync(folder)) return;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < ROOMY) return;
  await mkdir(data, { mode: 0o700 });
  // With its owners: Node takes what its own user compiled and nothing else. The same files where that can be: Node puts another in
  // the place of one and writes to none.
  const { status } = await runProgram('cp', ['-al', `${kept}/.`, data]);
  if (status !== 0) await mustRun('cp', ['-a', `${kept}/.`, data]);
}
