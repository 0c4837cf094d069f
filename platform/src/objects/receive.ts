// Takes bytes from a source into a file: coalesced into large writes, hashed on the way, bounded in size.
// Invariants: memory is two pool buffers whatever the source does; when it settles no write is under way.
import { Readable } from 'node:stream';
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { MiB } from '@holdfast/kernel/size';
import { toPage } from '../aligned.ts';
import type { BufferPool } from '../buffer-pool.ts';
import { objectTooLarge, sizeMismatch } from './faults.ts';
import type { FreeSpace, PromisedSpace } from './free-space.ts';
import type { ByteSource } from './store.ts';

/** Where bytes go, and what is expected of them. */
export interface Receiving {
  readonly file: FileHandle;
  /** The file was opened to be written past the system's cache, and ends with these bytes. */
  readonly direct?: boolean;
  /** Where in the file the first byte goes. */
  readonly offset: number;
  /** Every hash is updated with all bytes. */
  readonly hashes: readonly Hash[];
  /** The exact size, where it is known. */
  readonly size: number | undefined;
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  readonly buffers: BufferPool;
  readonly space: FreeSpace;
  /** What these bytes were promised. */
  readonly promised: PromisedSpace;
}

/** How much is written between two looks at the free space, and promised where nobody says how much comes. */
export const SPACE_CHECK_BYTES = 64 * MiB;

/**
 * Writes all bytes of the source and returns how many there were.
 * Throws `object.too-large` or `object.size-mismatch` as soon as it is certain, without reading on.
 */
export async function receive(source: ByteSource, options: Receiving): Promise<number> {
  const { size, limit } = options;
  if (size !== undefined && size > limit) throw objectTooLarge(limit);
  const writer = new CoalescingWriter(options);
  let received = 0;
  try {
    for await (const chunk of untilAborted(source, options.signal)) {
      received += chunk.length;
      options.buffers.garbage.add(chunk.length);
      if (size !== undefined && received > size) throw sizeMismatch(size, received);
      if (received > limit) throw objectTooLarge(limit);
      await writer.add(chunk);
    }
    if (size !== undefined && received < size) throw sizeMismatch(size, received);
    await writer.flush();
    return received;
  } finally {
    await writer.close();
  }
}

class CoalescingWriter {
  readonly #options: Receiving;
  #buffer: Buffer;
  #spare: Buffer | undefined;
  #filled = 0;
  #position: number;
  #unchecked = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: Receiving) {
    this.#options = options;
    this.#position = options.offset;
    this.#buffer = this.#take();
  }

  #take(): Buffer {
    const { buffers, direct } = this.#options;
    return direct === true ? buffers.takeAligned() : buffers.take();
  }

  async add(chunk: Uint8Array): Promise<void> {
    for (let offset = 0; offset < chunk.length;) {
      const length = Math.min(chunk.length - offset, this.#buffer.length - this.#filled);
      this.#buffer.set(chunk.subarray(offset, offset + length), this.#filled);
      this.#filled += length;
      offset += length;
      if (this.#filled === this.#buffer.length) await this.#turn();
    }
  }

  async flush(): Promise<void> {
    if (this.#filled > 0) await this.#turn();
    await this.#writing;
    // What filled the last page up is nobody's.
    if (this.#options.direct === true) await this.#options.file.truncate(this.#position);
  }

  /** Returns the buffers once no write uses them any more. */
  async close(): Promise<void> {
    await this.#writing.catch(() => undefined);
    this.#options.buffers.give(this.#buffer);
    if (this.#spare !== undefined) this.#options.buffers.give(this.#spare);
  }

  /** Hashes the full buffer and starts to write it, while the other one fills. */
  async #turn(): Promise<void> {
    const full = this.#buffer;
    const bytes = full.subarray(0, this.#filled);
    for (const hash of this.#options.hashes) hash.update(bytes);
    await this.#writing;
    await this.#checkSpace(bytes.length);
    this.#writing = this.#write(this.#whole(bytes), this.#position).then(() => {
      this.#options.promised.written(bytes.length);
    });
    this.#writing.catch(() => undefined); // seen by whoever awaits it next
    this.#position += bytes.length;
    this.#filled = 0;
    this.#buffer = this.#spare ?? this.#take();
    this.#spare = full;
  }

  /** A disk takes whole pages alone: the last one is filled up. */
  #whole(bytes: Buffer): Buffer {
    if (this.#options.direct !== true) return bytes;
    return this.#buffer.fill(0, bytes.length, toPage(bytes.length)).subarray(0, toPage(bytes.length));
  }

  async #write(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#options.file.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  }

  async #checkSpace(bytes: number): Promise<void> {
    this.#unchecked += bytes;
    if (this.#unchecked < SPACE_CHECK_BYTES) return;
    this.#unchecked = 0;
    await this.#options.space.check(SPACE_CHECK_BYTES);
  }
}

/** The chunks of a source until the signal fires, even while the source is silent. */
async function* untilAborted(source: ByteSource, signal: AbortSignal | undefined): ByteSource {
  signal?.throwIfAborted();
  // A request must outlive its refused body, or the refusal could not be answered on the same connection.
  const iterator: AsyncIterator<Uint8Array> =
    source instanceof Readable ? source.iterator({ destroyOnReturn: false }) : source[Symbol.asyncIterator]();
  let interrupt: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => interrupt?.(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  let finished = false;
  try {
    while (true) {
      const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        interrupt = reject;
        iterator.next().then(resolve, reject);
      });
      finished = next.done === true;
      if (finished) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Not awaited: a source that is waiting for bytes cannot return before they come.
    if (!finished) void iterator.return?.()?.then(undefined, () => undefined);
  }
}
