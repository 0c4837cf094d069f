// Buffers that are used again, so that moving gigabytes costs a fixed amount of memory.
// Invariant: what is lent at full size never passes the budget; beyond it borrowers get small buffers and go slower.
import { KiB, MiB } from '@holdfast/kernel/size';
import { allocateAligned } from './aligned.ts';
import { YoungGarbage } from './young-garbage.ts';

/** Sizes of a pool, in bytes. */
export interface BufferPoolOptions {
  /** Size of one buffer. Default 1 MiB. */
  readonly size?: number;
  /** How much may be lent at full size at once. Default 32 MiB. */
  readonly budget?: number;
  /** Size of a buffer lent when the budget is used up. Default 64 KiB. */
  readonly small?: number;
}

/** Lends buffers. One pool serves the whole process. */
export class BufferPool {
  readonly size: number;
  /** Of buffers that connections bring of their own, whoever reads from them. */
  readonly garbage = new YoungGarbage();
  readonly #small: number;
  readonly #budget: number;
  readonly #idle: Buffer[] = [];
  #lent = 0;

  constructor(options: BufferPoolOptions = {}) {
    this.size = options.size ?? MiB;
    this.#budget = options.budget ?? 32 * MiB;
    this.#small = options.small ?? 64 * KiB;
  }

  /** Bytes that are lent at full size now. */
  get lent(): number {
    return this.#lent;
  }

  /** A buffer with unknown content: only what the borrower wrote into it may be read from it. */
  take(): Buffer {
    return this.#takeLarge() ?? Buffer.allocUnsafeSlow(this.#small);
  }

  /** A buffer that begins at a page, else the same. */
  takeAligned(): Buffer {
    return this.#takeLarge() ?? allocateAligned(this.#small);
  }

  #takeLarge(): Buffer | undefined {
    if (this.#lent + this.size > this.#budget) return undefined;
    this.#lent += this.size;
    return this.#idle.pop() ?? allocateAligned(this.size);
  }

  /** Takes a buffer back. Nothing may read or write it any more: the next borrower's bytes may be another user's. */
  give(buffer: Buffer): void {
    if (buffer.length !== this.size) return;
    this.#lent -= this.size;
    this.#idle.push(buffer);
  }

  /** Forgets a buffer that may still be in use by a write whose end nobody reported. */
  drop(buffer: Buffer): void {
    if (buffer.length === this.size) this.#lent -= this.size;
  }
}
