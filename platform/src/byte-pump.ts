// Moves a part of a file into a connection: reads one buffer while the other is written.
// Invariants: a buffer is used again only after its write was taken; nothing is padded when the file turns out
// shorter; when the pump settles no read of the descriptor is under way, so that its owner may close it.
import { read } from 'node:fs';
import type { Writable } from 'node:stream';
import type { BufferPool } from './buffer-pool.ts';

/** What to move, and where. */
export interface PumpOptions {
  /** An open descriptor; it stays open and belongs to the caller. */
  readonly fd: number;
  /** First byte to move. */
  readonly start: number;
  /** The byte after the last one to move. */
  readonly end: number;
  /** A response or socket. The pump does not end it. */
  readonly to: Writable;
  readonly buffers: BufferPool;
  readonly signal?: AbortSignal | undefined;
  /** How long the peer may take to accept one buffer, in milliseconds. Default two minutes. */
  readonly slowAfterMs?: number | undefined;
}

/** How it ended: all bytes accepted, the peer went away, the peer was too slow, or the caller gave up. */
export type PumpOutcome = 'complete' | 'gone' | 'slow' | 'aborted';

/** Bytes that the connection accepted, and how it ended. */
export interface Pumped {
  readonly bytes: number;
  readonly outcome: PumpOutcome;
}

/**
 * Sends the bytes `start` to `end` of a file.
 * Unless the outcome is `complete` the connection has been destroyed, because the length that was announced cannot
 * be kept. Throws, after destroying it, when the file is shorter than `end` or cannot be read.
 */
export async function pumpFile(options: PumpOptions): Promise<Pumped> {
  return await new Pump(options).run();
}

const SLOW_AFTER_MS = 120_000;

class Pump {
  readonly #options: PumpOptions;
  readonly #slowAfterMs: number;
  readonly #buffers: Buffer[] = [];
  #sent = 0;
  #outstanding = 0;
  #writingSince = 0;
  #ended: PumpOutcome | undefined;
  #wake: (() => void) | undefined;
  #reading: Promise<Buffer> | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
    this.#slowAfterMs = options.slowAfterMs ?? SLOW_AFTER_MS;
  }

  async run(): Promise<Pumped> {
    const { to, signal } = this.#options;
    const gone = (): void => this.#stop('gone');
    const aborted = (): void => this.#stop('aborted');
    const timer = setInterval(() => this.#checkPace(), Math.max(10, this.#slowAfterMs / 4));
    to.on('close', gone).on('error', gone);
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      if (signal?.aborted === true) aborted();
      else if (to.destroyed) gone();
      await this.#move();
      return { bytes: this.#sent, outcome: this.#ended ?? 'complete' };
    } catch (error) {
      to.destroy();
      throw error;
    } finally {
      clearInterval(timer);
      await this.#reading?.catch(() => undefined); // or its descriptor could be closed, and soon be another file's
      signal?.removeEventListener('abort', aborted);
      to.off('close', gone);
      // The listener for errors stays when the connection is being destroyed: a late one must not be a bug's.
      if (this.#ended === undefined) to.off('error', gone);
      this.#returnBuffers();
    }
  }

  async #move(): Promise<void> {
    const { start, end } = this.#options;
    if (start >= end || this.#ended !== undefined) return;
    let taken: Promise<void> | undefined;
    this.#reading = this.#read(0, start);
    for (let position = start, turn = 0; ; turn ^= 1) {
      const chunk = await this.#reading;
      await taken;
      if (this.#ended !== undefined) return;
      position += chunk.length;
      // The next read starts before this write, which copies into the system before it returns.
      const last = position >= end;
      if (!last) this.#reading = this.#read(turn ^ 1, position);
      taken = this.#write(chunk);
      if (last) break;
    }
    await taken;
  }

  #read(turn: number, position: number): Promise<Buffer> {
    const { fd, end, buffers } = this.#options;
    const buffer = (this.#buffers[turn] ??= buffers.take());
    return new Promise((resolve, reject) => {
      read(fd, buffer, 0, Math.min(buffer.length, end - position), position, (error, count) => {
        if (error !== null) reject(error);
        else if (count === 0) reject(new Error(`a file ended at ${position}, before byte ${end}`));
        else resolve(buffer.subarray(0, count));
      });
    });
  }

  /** Resolves when the bytes were accepted, or when they never will be. */
  #write(chunk: Buffer): Promise<void> {
    this.#outstanding += 1;
    this.#writingSince = performance.now();
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#options.to.write(chunk, (error) => {
        this.#outstanding -= 1;
        if (error) this.#stop('gone');
        else this.#sent += chunk.length;
        resolve();
      });
    });
  }

  /** Ends a peer that reads so slowly that it only holds a descriptor, buffers and a connection. */
  #checkPace(): void {
    if (this.#outstanding === 0) return;
    if (performance.now() - this.#writingSince >= this.#slowAfterMs) this.#stop('slow');
  }

  #stop(outcome: PumpOutcome): void {
    if (this.#ended !== undefined) return;
    this.#ended = outcome;
    this.#options.to.destroy();
    this.#wake?.();
  }

  #returnBuffers(): void {
    for (const buffer of this.#buffers) {
      if (this.#outstanding === 0) this.#options.buffers.give(buffer);
      else this.#options.buffers.drop(buffer);
    }
  }
}
