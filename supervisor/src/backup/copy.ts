// Copies files so that what was copied is on disk, and says what the bytes were.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureFolder } from '@holdfast/platform/private-files';
import { noRoom } from './faults.ts';

const CHUNK = 1024 * 1024;

/** What was copied. */
export interface Copied {
  readonly size: number;
  readonly sha256: string;
}

/** Puts files below one folder, for the owner alone. */
export class Target {
  readonly root: string;
  readonly #buffer = Buffer.alloc(CHUNK);
  readonly #folders = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  /** Makes a folder, with those above it. */
  async addFolder(path: string): Promise<void> {
    if (this.#folders.has(path)) return;
    if (path !== '' && path !== '.') await this.addFolder(dirname(path));
    await ensureFolder(join(this.root, path), { mode: 0o700 });
    this.#folders.add(path);
  }

  /** Copies a file. Links are not followed. Its bytes are on disk when this returns; its name once `sync` has. */
  async copy(from: string, path: string): Promise<Copied> {
    await using source = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
    await this.addFolder(dirname(path));
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    await using file = await open(
      join(this.root, path),
      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
      0o600,
    ).catch(this.#explain);
    const hash = createHash('sha256');
    let size = 0;
    for (;;) {
      const { bytesRead } = await source.read(this.#buffer, 0, CHUNK, size);
      if (bytesRead === 0) break;
      const bytes = this.#buffer.subarray(0, bytesRead);
      hash.update(bytes);
      await file.writeFile(bytes).catch(this.#explain);
      size += bytesRead;
    }
    await file.datasync().catch(this.#explain);
    return { size, sha256: hash.digest('hex') };
  }

  /** Writes a file of this text. */
  async write(path: string, text: string | Uint8Array): Promise<Copied> {
    await this.addFolder(dirname(path));
    await using file = await open(join(this.root, path), 'wx', 0o600).catch(this.#explain);
    await file.writeFile(text).catch(this.#explain);
    await file.datasync().catch(this.#explain);
    return { size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') };
  }

  /** Gives a file another name here; false where that cannot be, on another file system for one. */
  async link(from: string, path: string): Promise<boolean> {
    await this.addFolder(dirname(path));
    try {
      await link(from, join(this.root, path));
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOSPC') throw noRoom(this.root, undefined);
      return false;
    }
  }

  /** Makes all names outlast a power cut. */
  async sync(): Promise<void> {
    for (const path of this.#folders) {
      await using folder = await open(join(this.root, path), constants.O_RDONLY | constants.O_DIRECTORY);
      await folder.sync();
    }
  }

  readonly #explain = (error: unknown): never => {
    if (['ENOSPC', 'EDQUOT'].includes(codeOf(error) ?? '')) throw noRoom(this.root, undefined);
    throw error;
  };
}

/** Reads a file, and says what its bytes are; `undefined`: it is not there. */
export async function digestFile(path: string): Promise<Copied | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(CHUNK);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, size);
      if (bytesRead === 0) return { size, sha256: hash.digest('hex') };
      hash.update(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether an error says that a file is not there (any more). */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** The system's code of an error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
