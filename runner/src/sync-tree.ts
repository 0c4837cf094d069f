// Has what was made written to the disk, before anything that lasts says that it is there: after a power cut, a note that was synced would
// else lead to files without content.
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';

/** For a file system whose disk is busy, in milliseconds. */
const LONGEST = 10 * 60_000;

/** Syncs the file system that a folder is on: file by file, it would take minutes. Throws an `Error` where that fails. */
export async function syncTree(folder: string): Promise<void> {
  const sync = findProgram('sync') ?? '/bin/sync';
  const outcome = await runProcess({ file: sync, args: ['-f', '--', folder] }, { timeout: LONGEST });
  if (!succeeded(outcome))
    throw new Error(`${folder} could not be written to its disk: ${outcome.stderr.trim().slice(0, 500)}`);
}
