// Keeps a reserve of free space for the database and the ledger: below it uploads are refused, before a byte is read, and builds are ended.
// What running uploads have still to write counts as written, or many that begin together would eat the reserve.
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GiB, MiB } from '@holdfast/kernel/size';
import { storeFull } from './faults.ts';
import { isErrorCode } from './paths.ts';

/** Space on a file system, in bytes. */
export interface Space {
  /** What an ordinary user may still write. */
  readonly free: number;
  readonly total: number;
}

/** Reads the space of the file system that holds a path, or would hold it once it is made. */
export async function measureSpace(path: string): Promise<Space> {
  try {
    const { bsize, bavail, blocks } = await statfs(path);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch (error) {
    const above = dirname(path);
    if (!isErrorCode(error, 'ENOENT') || above === path) throw error;
    return await measureSpace(above);
  }
}

/** What is kept free: so many bytes, or this part of the file system where that is less, but see `LEAST_SHARE`. */
export interface Reserve {
  readonly bytes: number;
  readonly share: number;
}

/** The reserve when none is configured. */
export const DEFAULT_RESERVE: Reserve = { bytes: 2 * GiB, share: 0.05 };

/**
 * The least that a share of a small file system comes to, in bytes. PostgreSQL's log grows by 16 MiB at once, and what a
 * start writes for the next one is as much again: half of less is too little to record a revocation.
 */
export const LEAST_SHARE = 64 * MiB;

/** The reserve on a file system of this size, in bytes. */
export function reserveOf(reserve: Reserve, total: number): number {
  return Math.min(reserve.bytes, Math.max(LEAST_SHARE, Math.floor(total * reserve.share)));
}

/** Where to look, and how much to keep. */
export interface FreeSpaceOptions {
  readonly measure: () => Promise<Space>;
  readonly reserve?: Reserve | undefined;
}

/** Space that was promised to an upload. Dispose it when no more is written. */
export interface PromisedSpace extends Disposable {
  /** Notes that so many bytes were written, and take their space on the disk itself now. Returns for how many it stood. */
  written(bytes: number): number;
}

/** Refuses what would eat into the reserve. */
export class FreeSpace {
  readonly #options: FreeSpaceOptions;
  #promised = 0;

  constructor(options: FreeSpaceOptions) {
    this.#options = options;
  }

  /**
   * For who writes a little, or was promised something and looks again: throws `object.store-full` when less than the
   * reserve would be left after writing `wanted` bytes.
   */
  async check(wanted: number): Promise<void> {
    if ((await this.spare()) < wanted) throw storeFull();
  }

  /**
   * Promises space for `wanted` bytes. Throws `object.store-full` when less than the reserve would be left once these and
   * all that was promised are written.
   */
  async promise(wanted: number): Promise<PromisedSpace> {
    const spare = await this.spare();
    if (spare < this.#promised + wanted) throw storeFull();
    let left = wanted;
    const take = (bytes: number): number => {
      const taken = Math.min(left, bytes);
      left -= taken;
      this.#promised -= taken;
      return taken;
    };
    this.#promised += wanted;
    return { written: take, [Symbol.dispose]: () => void take(left) };
  }

  /** Bytes beyond the reserve; none are left, or less than none, where it is touched. What was promised is not looked at. */
  async spare(): Promise<number> {
    const { free, total } = await this.#options.measure();
    if (total === 0) return Infinity; // some network file systems cannot tell
    return free - reserveOf(this.#options.reserve ?? DEFAULT_RESERVE, total);
  }
}

/** Turns the operating system's "no space" into the refusal; everything else stays what it is. */
export function withoutSpace(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? storeFull(error) : error;
}
