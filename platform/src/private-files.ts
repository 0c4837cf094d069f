// Files and folders that belong to this instance alone: settings, keys, run files. Written whole or not at all.
import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, openSync, readlinkSync, statSync } from 'node:fs';
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  unlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Who owns a folder or file, by number. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** How a folder shall be. */
export interface FolderOptions {
  readonly mode: number;
  readonly owner?: Owner;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Makes the folder with its parents when missing, and gives it mode and owner. Refuses a symbolic link in its place,
 * so that nobody can have us change the owner of something else. Parents keep the mode they have.
 */
export async function ensureFolder(path: string, options: FolderOptions): Promise<void> {
  await makeFolders(path, options.mode);
  const found = await lstat(path);
  if (!found.isDirectory()) throw new Error(`${path} is not a folder`);
  if ((found.mode & 0o7777) !== options.mode) await chmod(path, options.mode);
  const owner = options.owner;
  if (owner !== undefined && (found.uid !== owner.uid || found.gid !== owner.gid))
    await chown(path, owner.uid, owner.gid);
}

// One by one from the first that is missing: asked for all at once, Node tries for ever below a folder that takes none
// and says so with ENOENT, as /proc does.
async function makeFolders(path: string, mode: number): Promise<void> {
  const missing: string[] = [];
  for (let at = path; !(await isThere(at)); at = dirname(at)) missing.unshift(at);
  for (const folder of missing)
    await mkdir(folder, { mode }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** The file's text, or `undefined` when there is none. Longer than the limit in bytes is an error. */
export async function findText(path: string, limit = 1024 * 1024): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > limit) throw new Error(`${path} is larger than ${String(limit)} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The file's bytes, or `undefined` when there is none. */
export async function findBytes(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** How a file shall be. */
export interface FileOptions {
  readonly mode?: number;
  readonly owner?: Owner;
}

/** Writes a file so that after a power cut either the old or the new text is there. 0600 unless told otherwise. */
export async function writeText(
  path: string,
  text: string | Uint8Array,
  options: FileOptions = {},
): Promise<void> {
  await withTemporary(path, { text, options }, (temporary) => rename(temporary, path));
  await syncFolder(dirname(path));
}

/**
 * Makes a file that nobody made yet, on disk when this returns. False when it is there already: it was then made whole
 * by somebody else, perhaps at this very instant, and stays as it is.
 */
export async function makeText(path: string, text: string, options: FileOptions = {}): Promise<boolean> {
  // A link, unlike a rename, never takes the place of what is there.
  const made = await withTemporary(path, { text, options }, (temporary) => linkOnce(temporary, path));
  // Also where another was first: it may not have come as far as this, and its file shall outlast a power cut, too.
  await syncFolder(dirname(path));
  return made;
}

async function linkOnce(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

// Writes beside the place, wholly and on disk, and lets `place` put it there.
async function withTemporary<Result>(
  path: string,
  file: { readonly text: string | Uint8Array; readonly options: FileOptions },
  place: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const { mode = 0o600, owner } = file.options;
  try {
    {
      await using handle = await open(temporary, 'wx', mode);
      await handle.chmod(mode);
      if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
      await handle.writeFile(file.text);
      await handle.sync();
    }
    return await place(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Moves a folder or file to its place for good. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** Removes a file or a whole folder; nothing happens when it is missing. Links are removed, not followed. */
export async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/** Removes one file, whatever it is but a folder; nothing happens when it is missing. Safe in a folder of another user. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

/** Names in a folder; none when it is missing. */
export async function listNames(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Whether a folder is empty or not there; a file system's own `lost+found` does not count. */
export async function isEmptyFolder(path: string): Promise<boolean> {
  return (await listNames(path)).every((name) => name === 'lost+found');
}

/** One file below a folder. */
export interface ListedFile {
  readonly path: string;
  readonly size: number;
  /** Last change, in milliseconds. */
  readonly time: number;
}

/** Every file below a folder, in a stable order. */
export async function listFiles(folder: string): Promise<ListedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(
    paths.sort().map(async (path) => {
      const { size, mtimeMs } = await lstat(path);
      return { path, size, time: mtimeMs };
    }),
  );
}

/** Whose something is, and what. */
export interface FoundOwner extends Owner {
  readonly mode: number;
  readonly isFolder: boolean;
}

/** Owner and mode of what is at the path, links not followed; `undefined` when nothing is. */
export async function findOwner(path: string): Promise<FoundOwner | undefined> {
  try {
    const found = await lstat(path);
    const { uid, gid, mode } = found;
    return { uid, gid, mode: mode & 0o7777, isFolder: found.isDirectory() };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where a symbolic link points, `undefined` when the path is something else or nothing. */
export function findLink(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a file to be inherited by a child, which reads it from its beginning. To be closed once the child is started. */
export function openForChild(path: string): { readonly fd: number } & Disposable {
  const fd = openSync(path, 'r');
  return {
    fd,
    [Symbol.dispose]: () => {
      closeSync(fd);
    },
  };
}

/** Whether something is there, links followed. */
export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
