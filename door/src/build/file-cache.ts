// Files that were fetched, under their digests. Shared by all builds, and so never believed: each is digested again while it
// is read, and one that is not what its name says is removed.
import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KiB } from '@holdfast/kernel/size';

/** The name of what is not whole yet. */
const PART = '.part-';
const PIECE = 256 * KiB;

/** The folder of fetched files. */
export class FileCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** How large the file is, if it is there. */
  async findSize(sha256: string): Promise<number | undefined> {
    const path = this.#path(sha256);
    const now = new Date();
    // What is used last is removed last.
    await utimes(path, now, now).catch(() => undefined);
    return await stat(path).then(
      ({ size }) => size,
      () => undefined,
    );
  }

  /** Its bytes. What is not what its name says is removed, and never whole for who reads it. */
  async *read(sha256: string): AsyncGenerator<Buffer> {
    await using file = await open(this.#path(sha256), 'r');
    try {
      yield* verified(file.createReadStream({ autoClose: false, highWaterMark: PIECE }), sha256);
    } catch (error) {
      if (error instanceof DigestError) await rm(this.#path(sha256), { force: true });
      throw error;
    }
  }

  /** Begins a file, which is kept only when it was written to its end. */
  async begin(sha256: string): Promise<GrowingFile> {
    const path = this.#path(sha256);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const part = join(dirname(path), `${PART}${randomBytes(12).toString('hex')}`);
    return new GrowingFile(await open(part, 'wx', 0o600), part, path);
  }

  #path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}

/** A file that is being fetched. */
export class GrowingFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #part: string;
  readonly #path: string;

  constructor(file: FileHandle, part: string, path: string) {
    this.#file = file;
    this.#part = part;
    this.#path = path;
  }

  /** Adds bytes. */
  async write(chunk: Buffer): Promise<void> {
    await this.#file.write(chunk);
  }

  /** Gives the file its name. */
  async keep(): Promise<void> {
    await rename(this.#part, this.#path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#part, { force: true });
  }
}

/**
 * The bytes, of which the last piece is held back until all are known to be those of the digest; `whole` is called before it is
 * given. Throws a `DigestError` when they are not.
 */
export async function* verified(
  chunks: AsyncIterable<Buffer>,
  sha256: string,
  whole?: () => Promise<void>,
): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  let held: Buffer | undefined;
  for await (const chunk of chunks) {
    hash.update(chunk);
    if (held !== undefined) yield held;
    held = chunk;
  }
  if (hash.digest('hex') !== sha256) throw new DigestError();
  await whole?.();
  if (held !== undefined) yield held;
}

/** Bytes that are not those of their digest. */
class DigestError extends Error {
  override readonly name = 'DigestError';

  constructor() {
    super('the bytes are not those that the index names');
  }
}
