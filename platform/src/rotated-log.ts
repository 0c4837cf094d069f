// What children print, kept in files of bounded number and size. Bytes are passed on unread.
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** How much is kept. */
export interface RotationOptions {
  /** A file that has grown beyond this many bytes is put aside. */
  readonly size: number;
  /** Files kept beside the current one: NAME.1 is the youngest. */
  readonly kept: number;
}

const DEFAULT: RotationOptions = { size: 16 * 1024 * 1024, kept: 4 };

/** A log file that renames itself when it has grown. A full disk loses lines, never the process. */
export class RotatedLog implements Disposable {
  readonly #path: string;
  readonly #options: RotationOptions;
  #fd: number;
  #size: number;

  constructor(path: string, options: RotationOptions = DEFAULT) {
    this.#path = path;
    this.#options = options;
    this.#fd = openSync(path, 'a', 0o600);
    this.#size = fstatSync(this.#fd).size;
  }

  /** Appends bytes. */
  write(bytes: Uint8Array): void {
    if (this.#size > this.#options.size) this.#rotate();
    try {
      this.#size += writeSync(this.#fd, bytes);
    } catch {
      // A full disk must not take the supervisor down: it is what stops everything in good order.
    }
  }

  #rotate(): void {
    try {
      for (let n = this.#options.kept - 1; n >= 1; n -= 1) this.#move(`.${String(n)}`, `.${String(n + 1)}`);
      this.#move('', '.1');
      const fd = openSync(this.#path, 'a', 0o600);
      closeSync(this.#fd);
      this.#fd = fd;
    } catch {
      // Kept growing rather than lost.
    }
    this.#size = 0;
  }

  #move(from: string, to: string): void {
    try {
      renameSync(this.#path + from, this.#path + to);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }
}
