// Folders that a sandbox wrote: looked through, closed and removed without ever following a link in them.
import { chmodSync, type Dir, lchownSync, lstatSync, opendirSync, rmSync } from 'node:fs';
import { chmod, lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
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
/** So long entries are looked at before others have their turn, in milliseconds. */
const TURN = 4;
/** For a removal, in milliseconds. */
const LONGEST = 10 * 60_000;

/** The space that a folder takes on its disk. */
export async function measure(folder: string, bounds: Bounds = WITHOUT_BOUNDS): Promise<Measure> {
  let bytes = 0;
  let entries = 0;
  await walk(folder, (path) => {
    bytes += (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK;
    entries += 1;
    return bytes <= bounds.bytes && entries <= bounds.entries;
  });
  return { bytes, entries };
}

/**
 * Takes a folder away from who wrote it: everything is ours, and read-only. Anything but files, folders and links is removed.
 * Nothing may run any more that could write there.
 */
export async function freeze(folder: string): Promise<void> {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const close = (path: string): true => {
    const found = lstatSync(path);
    if (!found.isFile() && !found.isDirectory() && !found.isSymbolicLink()) {
      rmSync(path);
      return true;
    }
    if (found.uid !== uid || found.gid !== gid) lchownSync(path, uid, gid);
    if (found.isDirectory()) chmodSync(path, FOLDER);
    else if (found.isFile()) chmodSync(path, (found.mode & EXECUTABLE) === 0 ? FILE : PROGRAM);
    return true;
  };
  // What is in a folder before the folder itself.
  await walk(folder, close);
  close(folder);
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

/** A folder that is being looked through. */
interface Level {
  readonly path: string;
  readonly opened: Dir;
}

/**
 * Looks at everything below a folder, deepest first, until `look` has seen enough. Names come from a sandbox, and so does the depth. An
 * environment has tens of thousands of files, and one that is built is looked through every few seconds: a promise for each of them
 * took half a processor from the build. So they are looked at one after the other, and others get their turn in between.
 */
async function walk(folder: string, look: (path: string) => boolean): Promise<void> {
  const levels: Level[] = [];
  try {
    enter(levels, folder);
    let turn = performance.now() + TURN;
    while (levels.length > 0) {
      const path = step(levels);
      if (path !== undefined && !look(path)) return;
      if (performance.now() < turn) continue;
      await setImmediate();
      turn = performance.now() + TURN;
    }
  } finally {
    for (const { opened } of levels) opened.closeSync();
  }
}

/** The next entry, if that is one that has nothing below it any more. */
function step(levels: Level[]): string | undefined {
  const level = levels.at(-1);
  const entry = level?.opened.readSync() ?? null;
  if (level === undefined) return undefined;
  if (entry === null) {
    levels.pop();
    level.opened.closeSync();
    return levels.length === 0 ? undefined : level.path;
  }
  const path = join(level.path, entry.name);
  if (!entry.isDirectory()) return path;
  enter(levels, path);
  return undefined;
}

// While something still writes, a folder may be gone before it is looked into.
function enter(levels: Level[], path: string): void {
  try {
    levels.push({ path, opened: opendirSync(path) });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
}
