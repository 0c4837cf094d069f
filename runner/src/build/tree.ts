// Folders that a sandbox wrote: looked through, closed and removed without ever following a link in them.
import { chmod, lchown, lstat, opendir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram, runProcess, succeeded } from '@holdfast/platform/process';

/** How much is in a folder. */
export interface Measure {
  readonly bytes: number;
  readonly entries: number;
}

/** What is most allowed; a folder that holds more is looked through no further. */
export type Bounds = Measure;

const WITHOUT_BOUNDS: Bounds = { bytes: Infinity, entries: Infinity };
const BLOCK = 512;
const FOLDER = 0o555;
const OPEN_FOLDER = 0o755;
const FILE = 0o444;
const PROGRAM = 0o555;
const EXECUTABLE = 0o111;
/** For a removal, in milliseconds. */
const LONGEST = 10 * 60_000;

/** The space that a folder takes on its disk. */
export async function measure(folder: string, bounds: Bounds = WITHOUT_BOUNDS): Promise<Measure> {
  let bytes = 0;
  let entries = 0;
  for await (const path of walk(folder)) {
    const found = await lstat(path).catch(unlessGone);
    bytes += (found?.blocks ?? 0) * BLOCK;
    entries += 1;
    if (bytes > bounds.bytes || entries > bounds.entries) break;
  }
  return { bytes, entries };
}

/**
 * Takes a folder away from who wrote it: everything is ours, and read-only. Anything but files, folders and links is removed.
 * Nothing may run any more that could write there.
 */
export async function freeze(folder: string): Promise<void> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const close = async (path: string): Promise<void> => {
    const found = await lstat(path);
    if (!found.isFile() && !found.isDirectory() && !found.isSymbolicLink()) {
      await rm(path);
      return;
    }
    if (found.uid !== uid || found.gid !== gid) await lchown(path, uid, gid);
    if (found.isDirectory()) await chmod(path, FOLDER);
    else if (found.isFile()) await chmod(path, (found.mode & EXECUTABLE) === 0 ? FILE : PROGRAM);
  };
  // What is in a folder before the folder itself.
  for await (const path of walk(folder)) await close(path);
  await close(folder);
}

/** Moves a folder that nobody may write to. Its entry for the folder above changes, and for that it has to be writable. */
export async function moveFrozen(from: string, to: string): Promise<void> {
  await chmod(from, OPEN_FOLDER);
  await rename(from, to);
  await chmod(to, FOLDER);
}

/**
 * Removes a folder, read-only or not. By the system's programs, which go down folder by folder: a sandbox can nest folders
 * deeper than a path may be long.
 */
export async function removeTree(folder: string): Promise<void> {
  const chmodProgram = findProgram('chmod') ?? '/bin/chmod';
  const removal = findProgram('rm') ?? '/bin/rm';
  if ((await lstat(folder).catch(() => undefined)) === undefined) return;
  await runProcess({ file: chmodProgram, args: ['-R', 'u+rwX', '--', folder] }, { timeout: LONGEST });
  const outcome = await runProcess(
    { file: removal, args: ['-rf', '--one-file-system', '--', folder] },
    { timeout: LONGEST },
  );
  if (!succeeded(outcome))
    throw new Error(`${folder} could not be removed: ${outcome.stderr.trim().slice(0, 500)}`);
}

// Everything below a folder, deepest first. Names come from a sandbox, and so does the depth.
async function* walk(folder: string): AsyncGenerator<string> {
  const opened = await opendir(folder).catch(unlessGone);
  for await (const entry of opened ?? []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    yield path;
  }
}

// While something still writes, a folder may be gone before it is looked into.
function unlessGone(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
