// A value that cannot be printed by accident.
import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** Holds a value and shows nothing of it in logs, JSON or string templates. */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. The reason is for the reader of the code; lint names the files that may call this. */
  reveal(_reason: string): T {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
