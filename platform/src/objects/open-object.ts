// An object of the disk store that is open for reading.
import type { FileHandle } from 'node:fs/promises';
import { KiB } from '@holdfast/kernel/size';
import type { Sha256 } from '@holdfast/kernel/digest';
import type { ByteRange, OpenObject } from './store.ts';

const READ_BYTES = 256 * KiB;

/** A plain file with an object's bytes. */
export class DiskObject implements OpenObject {
  readonly sha256: Sha256;
  readonly size: number;
  readonly #file: FileHandle;

  private constructor(sha256: Sha256, size: number, file: FileHandle) {
    this.sha256 = sha256;
    this.size = size;
    this.#file = file;
  }

  /** Takes the file over, and closes it when it is not a plain one. */
  static async of(sha256: Sha256, file: FileHandle): Promise<DiskObject> {
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new Error(`the object ${sha256} is not a plain file`);
      return new DiskObject(sha256, found.size, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  get fd(): number {
    return this.#file.fd;
  }

  async *read(range: ByteRange, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let position = range.start; position < range.end;) {
      signal?.throwIfAborted();
      const buffer = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, range.end - position));
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0)
        throw new Error(`the object ${this.sha256} ends at ${position}, before ${range.end}`);
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async readInto(start: number, into: Uint8Array): Promise<void> {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await this.#file.read(into, done, into.length - done, start + done);
      if (bytesRead === 0) throw new Error(`the object ${this.sha256} ends at ${start + done}`);
      done += bytesRead;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
