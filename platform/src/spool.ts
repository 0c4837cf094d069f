// Bytes put aside while one request lasts, so that a large request does not take its size in memory.
// Invariant: all spools of a process together keep no more in memory than their room; the rest is in files that have
// no name, which a crash leaves nothing of.
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { storeFull } from './objects/faults.ts';

/** How much all spools of a process may keep in memory, in bytes. */
export class SpoolRoom {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes room, if there is some. */
  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  /** Gives room back. */
  leave(bytes: number): void {
    this.#used -= bytes;
  }
}

/** Where bytes were put: in memory, or in the file. */
export type SpooledBytes = Buffer | { readonly at: number; readonly length: number };

/** What is put aside for one request. Used by one at a time. */
export class Spool implements AsyncDisposable {
  readonly #folder: string;
  readonly #room: SpoolRoom;
  #file: FileHandle | undefined;
  #end = 0;
  #kept = 0;

  /** @param folder where its file would be, on a disk with space */
  constructor(folder: string, room: SpoolRoom) {
    this.#folder = folder;
    this.#room = room;
  }

  /** Puts bytes aside; the caller may use their memory again. Throws `object.store-full`. */
  async append(bytes: Buffer): Promise<SpooledBytes> {
    if (this.#room.take(bytes.length)) {
      this.#kept += bytes.length;
      return Buffer.from(bytes);
    }
    this.#file ??= await openNameless(this.#folder);
    const at = this.#end;
    this.#end += bytes.length;
    try {
      for (let done = 0; done < bytes.length;)
        done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    } catch (error) {
      throw isNoSpace(error) ? storeFull(error) : error;
    }
    return { at, length: bytes.length };
  }

  /** Copies the bytes to the start of `into`, which must be long enough. Returns that part of it. */
  async read(place: SpooledBytes, into: Buffer): Promise<Buffer> {
    if (Buffer.isBuffer(place)) return into.subarray(0, place.copy(into));
    for (let done = 0; done < place.length;) {
      const read = await this.#file?.read(into, done, place.length - done, place.at + done);
      if (read === undefined || read.bytesRead === 0) throw new Error('a spool lost what was put into it');
      done += read.bytesRead;
    }
    return into.subarray(0, place.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#room.leave(this.#kept);
    this.#kept = 0;
    await this.#file?.close();
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = path.join(folder, `spool-${randomBytes(12).toString('hex')}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  return file;
}

function isNoSpace(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
