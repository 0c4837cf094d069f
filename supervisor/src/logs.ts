// The log files of the children, one each.
import { join } from 'node:path';
import { RotatedLog } from '@holdfast/platform/rotated-log';

/** Where a child's output goes. */
export interface ChildLog {
  write(bytes: Uint8Array): void;
}

/** Opens each child's log once and closes them together. */
export class Logs implements Disposable {
  readonly #folder: string;
  readonly #copy: ((bytes: Uint8Array) => void) | undefined;
  readonly #open = new Map<string, RotatedLog>();

  /** `copy` gets everything as well. */
  constructor(folder: string, copy?: (bytes: Uint8Array) => void) {
    this.#folder = folder;
    this.#copy = copy;
  }

  /** The log of the child with this name. */
  of(name: 'hub' | 'prepare' | 'notary' | 'vault' | 'courier' | 'runner' | 'postgres'): ChildLog {
    const file = this.#open.get(name) ?? new RotatedLog(join(this.#folder, `${name}.log`));
    this.#open.set(name, file);
    return {
      write: (bytes) => {
        file.write(bytes);
        this.#copy?.(bytes);
      },
    };
  }

  [Symbol.dispose](): void {
    for (const file of this.#open.values()) file[Symbol.dispose]();
    this.#open.clear();
  }
}
