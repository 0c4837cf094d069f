// Keeps a reserve of free space for the database and the ledger: below it uploads are refused, before a byte is read.
import { statfs } from 'node:fs/promises';
import { GiB } from '@holdfast/kernel/size';
import { storeFull } from './faults.ts';

/** Space on a file system, in bytes. */
export interface Space {
  /** What an ordinary user may still write. */
  readonly free: number;
  readonly total: number;
}

/** Reads the space of the file system that holds a path. */
export async function measureSpace(path: string): Promise<Space> {
  const { bsize, bavail, blocks } = await statfs(path);
  return { free: bavail * bsize, total: blocks * bsize };
}

/** The reserve when none is configured: 2 GiB, or 5 % of the file system where that is less. */
export function defaultReserve(total: number): number {
  return Math.min(2 * GiB, Math.floor(total / 20));
}

/** Where to look, and how much to keep. */
export interface FreeSpaceOptions {
  readonly measure: () => Promise<Space>;
  /** In bytes. Default `defaultReserve`. */
  readonly reserve?: number | undefined;
}

/** Refuses what would eat into the reserve. */
export class FreeSpace {
  readonly #options: FreeSpaceOptions;

  constructor(options: FreeSpaceOptions) {
    this.#options = options;
  }

  /** Throws `object.store-full` when less than the reserve would be left after writing `wanted` bytes. */
  async check(wanted: number): Promise<void> {
    const { free, total } = await this.#options.measure();
    if (total === 0) return; // some network file systems cannot tell
    if (free - wanted < (this.#options.reserve ?? defaultReserve(total))) throw storeFull();
  }
}

/** Turns the operating system's "no space" into the refusal; everything else stays what it is. */
export function withoutSpace(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? storeFull(error) : error;
}
