// Bytes put aside while one request lasts, so that a large request does not take its size in memory.
// Invariants: all spools of a process together keep no more in memory than their room; the rest is in files that have
// no name, which a crash leaves nothing of; what goes there was promised before, so that many large requests at once do
// not eat what is kept free for the database and the ledger.
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import path from 'node:path';
import { MiB } from '@holdfast/kernel/size';
import { withoutSpace, type FreeSpace, type PromisedSpace } from './objects/free-space.ts';

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

/** Where spools put bytes. */
export interface SpoolPlace {
  /** Where their files would be. */
  readonly folder: string;
  readonly room: SpoolRoom;
  /** Keeps space on the disk of that folder for the database and the ledger. */
  readonly space: Pick<FreeSpace, 'promise'>;
}

/** What is promised at once where nobody said how much comes: a look at the disk for so much costs nothing. */
const STEP = 4 * MiB;

/** What is put aside for one request. Used by one at a time. */
export class Spool implements AsyncDisposable {
  readonly #place: SpoolPlace;
  readonly #promises: PromisedSpace[] = [];
  #file: FileHandle | undefined;
  #end = 0;
  #kept = 0;
  /** Bytes that were promised and are neither written nor kept in memory. */
  #left = 0;

  constructor(place: SpoolPlace) {
    this.#place = place;
  }

  /** Has space promised for what is announced, before any of it comes. Throws `object.store-full`. */
  async expect(bytes: number): Promise<void> {
    this.#promises.push(await this.#place.space.promise(bytes));
    this.#left += bytes;
  }

  /** Puts bytes aside; the caller may use their memory again. Throws `object.store-full`. */
  async append(bytes: Buffer): Promise<SpooledBytes> {
    if (this.#place.room.take(bytes.length)) {
      this.#kept += bytes.length;
      this.#spend(bytes.length);
      return Buffer.from(bytes);
    }
    if (this.#left < bytes.length) await this.expect(Math.max(STEP, bytes.length));
    this.#file ??= await openNameless(this.#place.folder);
    const at = this.#end;
    this.#end += bytes.length;
    try {
      for (let done = 0; done < bytes.length;)
        done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    } catch (error) {
      throw withoutSpace(error);
    }
    this.#spend(bytes.length);
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
    this.#place.room.leave(this.#kept);
    this.#kept = 0;
    for (const promise of this.#promises) promise[Symbol.dispose]();
    await this.#file?.close();
  }

  // What is written takes its space on the disk itself, and what is in memory needs none.
  #spend(bytes: number): void {
    const spent = Math.min(this.#left, bytes);
    this.#left -= spent;
    // Each gives only what is left of it: what the first has no more is the next one's.
    let rest = spent;
    for (const promise of this.#promises) rest -= promise.written(rest);
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = path.join(folder, `spool-${randomBytes(12).toString('hex')}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  return file;
}
