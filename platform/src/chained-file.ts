// A file of chained records, for what must be kept while the database is away. Invariants: a record is on disk before
// `append` returns; the file has all its bytes from the beginning, so that a full disk does not refuse a record; where the
// file ends too early is found out by the head that its owner keeps somewhere else.
import { link, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Json } from '@holdfast/kernel/canonical-json';
import {
  chainRecord,
  flawOf,
  NO_RECORDS,
  readChain,
  SETTLED,
  type ChainedRecord,
  type ChainFlaw,
  type ChainHead,
  type SignRecord,
} from './chained-records.ts';
import { syncDirectory } from './objects/durable.ts';
import { isErrorCode } from './objects/paths.ts';

/** Where a file is, and what seals it. */
export interface ChainedFileOptions {
  readonly path: string;
  /** How long it is, in bytes, from the beginning. */
  readonly size: number;
  readonly sign: SignRecord;
  /** The last record as its owner remembers it; `null` where none was ever kept. */
  readonly head: ChainHead | null;
}

/** A file that was opened. */
export interface OpenedChain {
  readonly file: ChainedFile;
  /** The records that are sealed as they should be. */
  readonly records: readonly ChainedRecord[];
  /** Why it does not hold what it should. Nothing is written to such a file, so that people can look at it, until it is replaced. */
  readonly flaw: ChainFlaw | undefined;
}

/** Opens the file, and makes it where there is none. */
export async function openChainedFile(options: ChainedFileOptions): Promise<OpenedChain> {
  const { path, size, head } = options;
  const handle = (await openExisting(path)) ?? (await makeFile(path, Buffer.alloc(size)));
  const bytes = await handle.readFile();
  const read = readChain(bytes, options.sign);
  const flaw = flawOf(read, head);
  const at = { last: read.records.at(-1) ?? NO_RECORDS, length: read.length, capacity: bytes.length };
  // Numbers go on after what was known: what lies in a file that was put aside never fits in again.
  const last = flaw === undefined || head === null ? at.last : head;
  const file = new ChainedFile(handle, options, { ...at, last, isWritable: flaw === undefined });
  return { file, records: read.records, flaw };
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

// With all its bytes written, and no hole: space that is taken cannot run out.
async function makeFile(path: string, bytes: Buffer): Promise<FileHandle> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w+', 0o600);
  try {
    await writeAt(handle, bytes, 0);
    await handle.sync();
    await rename(temporary, path);
    await syncDirectory(dirname(path));
    return handle;
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
}

// Under a name that no other has: one that was put aside before is evidence, too.
async function keepAside(path: string): Promise<void> {
  for (let n = 1; ; n += 1) {
    const name = `${path}.flawed${n === 1 ? '' : `-${String(n)}`}`;
    try {
      await link(path, name);
      return;
    } catch (error) {
      if (!isErrorCode(error, 'EEXIST')) throw error;
      // Put aside before, by a start that came no further.
      if ((await stat(name)).ino === (await stat(path)).ino) return;
    }
  }
}

async function writeAt(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;)
    done += (await handle.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
}

interface Standing {
  readonly last: ChainHead;
  readonly length: number;
  readonly capacity: number;
  readonly isWritable: boolean;
}

/** The file, open. Used by one process. */
export class ChainedFile implements AsyncDisposable {
  readonly #options: Pick<ChainedFileOptions, 'path' | 'size' | 'sign'>;
  #handle: FileHandle;
  #last: ChainHead;
  #length: number;
  #capacity: number;
  #isWritable: boolean;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(handle: FileHandle, options: Pick<ChainedFileOptions, 'path' | 'size' | 'sign'>, at: Standing) {
    this.#handle = handle;
    this.#options = options;
    this.#last = at.last;
    this.#length = at.length;
    this.#capacity = at.capacity;
    this.#isWritable = at.isWritable;
  }

  /** The part of its room that is taken, from 0 to 1. */
  get share(): number {
    return this.#length / this.#capacity;
  }

  /** Appends a record; it is on disk when this resolves. Rejects when there is no room. */
  async append(act: Json): Promise<ChainHead> {
    return await this.#inTurn(async () => {
      const { record, line } = chainRecord(this.#last, act, this.#options.sign);
      return await this.#add(record, line);
    });
  }

  /**
   * Begins the file anew with a record that says that all before it is done. On a full disk that record is appended, and what
   * it ends stays until the next time.
   */
  async restart(): Promise<ChainHead> {
    return await this.#inTurn(async () => {
      const { record, line } = chainRecord(this.#last, SETTLED, this.#options.sign);
      try {
        return await this.#begin(record, line);
      } catch (error) {
        if (isErrorCode(error, 'ENOSPC', 'EDQUOT')) return await this.#add(record, line);
        throw error;
      }
    });
  }

  /**
   * Puts a flawed file aside, and begins another as `restart` does: not before what it holds is done, as the new one says that, and a hub
   * that ended in between would never do it. At each moment one of the two has the name. Rejects on a full disk, and then all is as it was.
   */
  async replace(): Promise<ChainHead> {
    const { record, line } = chainRecord(this.#last, SETTLED, this.#options.sign);
    await keepAside(this.#options.path);
    await this.#begin(record, line);
    this.#isWritable = true;
    return record;
  }

  async #begin(record: ChainHead, line: Buffer): Promise<ChainHead> {
    const { path, size } = this.#options;
    const handle = await makeFile(path, Buffer.concat([line, Buffer.alloc(size - line.length)]));
    await this.#handle.close();
    this.#handle = handle;
    this.#last = record;
    this.#length = line.length;
    this.#capacity = size;
    return record;
  }

  /** Whether the file still holds what this process wrote to it. */
  async isWhole(): Promise<boolean> {
    return await this.#inTurn(async () => {
      const found = await openExisting(this.#options.path);
      if (found === undefined) return false;
      await using handle = found;
      const read = readChain(await handle.readFile(), this.#options.sign);
      if (this.#length === 0) return read.length === 0;
      return flawOf(read, this.#last) === undefined;
    });
  }

  async #add(record: ChainHead, line: Buffer): Promise<ChainHead> {
    if (this.#length + line.length > this.#capacity) throw new Error('the file of records is full');
    await this.#write(line, this.#length);
    this.#last = record;
    this.#length += line.length;
    return record;
  }

  async #write(line: Buffer, at: number): Promise<void> {
    await writeAt(this.#handle, line, at);
    await this.#handle.datasync();
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (!this.#isWritable) throw new Error('the file of records is flawed');
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return await result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn;
    await this.#handle.close();
  }
}
