// Folders with the files of one commit each, which a program may be given to read. A folder is written apart, synced and
// then renamed, so that one with its name is always whole.
// Invariant: no path leads out of its folder. Files are made before links, and nothing is ever written through a link.
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { syncDirectory } from './objects/durable.ts';

/** Bytes of one file, in order. */
type Bytes = Uint8Array | AsyncIterable<Uint8Array>;

/** A file of a folder. */
export interface SourceFile {
  /** From the folder on, with forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'program' | 'link';
  /** Of a link: where it points. */
  readonly content: () => Promise<Bytes>;
}

/** What a path may not hold: it would lead elsewhere, or be no path of a file. */
const STRAY = /^$|^\.{1,2}$|\0|\//;
/** Bytes of what a link can point to. */
export const LONGEST_LINK = 4_095;
const TEMPORARY = '.new-';
/** Who runs a program is another user than who writes it; the mask of this process must not decide. */
const FOLDER = 0o755;

/** Keeps folders `<root>/<owner>/<name>`. Owners and names are ids, chosen by nobody outside. */
export class SourceFolders {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** Whether a folder is there, whole. */
  async has(owner: string, name: string): Promise<boolean> {
    const found = await lstat(join(this.#root, owner, name)).catch(() => undefined);
    return found?.isDirectory() === true;
  }

  /** The names in a folder; none where it is not there. */
  async list(owner: string, name: string): Promise<string[]> {
    return (await namesIn(join(this.#root, owner, name))).toSorted();
  }

  /** Makes a folder of these files. Nothing is left of one that fails. Throws a `RangeError` for a path that leads elsewhere or is none. */
  async write(
    { owner, name }: { readonly owner: string; readonly name: string },
    files: readonly SourceFile[],
    signal: AbortSignal,
  ): Promise<void> {
    const parent = join(this.#root, owner);
    await mkdir(parent, { recursive: true });
    await chmod(parent, FOLDER);
    const temporary = join(parent, `${TEMPORARY}${randomBytes(8).toString('hex')}`);
    try {
      await makeFolder(temporary);
      await writeAll(temporary, files, signal);
      await rename(temporary, join(parent, name));
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
    await syncDirectory(parent);
    await syncDirectory(this.#root);
  }

  /** Removes the folders of an owner but these, and what a process that ended left unfinished. */
  async keepOnly(owner: string, names: ReadonlySet<string>): Promise<void> {
    const parent = join(this.#root, owner);
    for (const name of await namesIn(parent))
      if (!names.has(name)) await rm(join(parent, name), { recursive: true, force: true });
    if (names.size === 0) await rm(parent, { recursive: true, force: true });
  }

  /** Everybody who has a folder. */
  async owners(): Promise<string[]> {
    return await namesIn(this.#root);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
}

async function writeAll(root: string, files: readonly SourceFile[], signal: AbortSignal): Promise<void> {
  const folders = await makeFolders(root, files);
  const links: SourceFile[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    if (file.kind === 'link') links.push(file);
    else await writeFile(join(root, file.path), file, signal);
  }
  // Last, so that no file's path can lead through one: a link fails where something is already, and is not followed.
  for (const file of links) await makeLink(join(root, file.path), file);
  for (const folder of folders) await syncDirectory(folder);
}

/** Makes every folder there will be; returns them, deepest first. */
async function makeFolders(root: string, files: readonly SourceFile[]): Promise<string[]> {
  const wanted = new Set<string>();
  for (const { path } of files) {
    if (path.split('/').some((part) => STRAY.test(part)))
      throw new RangeError('a path leads out of its folder');
    for (let at = dirname(path); at !== '.' && !wanted.has(at); at = dirname(at)) wanted.add(at);
  }
  const shortestFirst = [...wanted].toSorted((one, other) => one.split('/').length - other.split('/').length);
  for (const folder of shortestFirst) await makeFolder(join(root, folder));
  return [...shortestFirst.toReversed().map((folder) => join(root, folder)), root];
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path);
  await chmod(path, FOLDER);
}

async function writeFile(path: string, { kind, content }: SourceFile, signal: AbortSignal): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  await using file = await open(path, flags, 0o644);
  await file.chmod(kind === 'program' ? FOLDER : 0o644);
  const bytes = await content();
  for await (const part of bytes instanceof Uint8Array ? [bytes] : bytes) {
    signal.throwIfAborted();
    await file.writeFile(part);
  }
  await file.sync();
}

async function makeLink(path: string, { path: name, content }: SourceFile): Promise<void> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const bytes = await content();
  for await (const part of bytes instanceof Uint8Array ? [bytes] : bytes) {
    size += part.length;
    // Whatever was said of its size: what is longer is not gathered in memory.
    if (size > LONGEST_LINK) throw noPath(name);
    parts.push(part);
  }
  const target = Buffer.concat(parts);
  if (target.length === 0 || target.includes(0)) throw noPath(name);
  await symlink(target, path);
}

function noPath(link: string): RangeError {
  return new RangeError(`the link ${JSON.stringify(link.slice(0, 200))} points to what is no path`);
}
