// The bytes of a file, fetched a range at a time and within a budget: a file may say that its header has a terabyte.
import { Unreadable } from './sheet.ts';

/** Bytes of a file. */
export interface Source {
  readonly size: number;
  /** The bytes from one place up to another, which is within the file. */
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Bytes that one view fetches at most. */
const BUDGET = 48 * 1024 * 1024;
/** Bytes that are kept for the next step. */
const KEPT = 24 * 1024 * 1024;

/** A source that keeps what was read last, and refuses to read more than a look is worth. Throws `Unreadable`. */
export class BoundedSource implements Source {
  readonly size: number;
  readonly #source: Source;
  readonly #kept = new Map<string, Uint8Array<ArrayBuffer>>();
  #spent = 0;

  constructor(source: Source) {
    this.#source = source;
    this.size = source.size;
  }

  async read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end);
    if (!isRange || start < 0 || end > this.size || end < start) throw new Unreadable('broken');
    if (start === end) return new Uint8Array();
    const name = `${start}-${end}`;
    const before = this.#kept.get(name);
    if (before !== undefined) return before;
    this.#spent += end - start;
    if (this.#spent > BUDGET) throw new Unreadable('too-large');
    const bytes = await this.#source.read(start, end);
    this.#keep(name, bytes);
    return bytes;
  }

  #keep(name: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.#kept.set(name, bytes);
    let size = [...this.#kept.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [first, { length }] of this.#kept) {
      if (size <= KEPT) return;
      this.#kept.delete(first);
      size -= length;
    }
  }
}

const WINDOW = 512 * 1024;
/** A row that is longer than this is none that anybody reads. */
const LONGEST_ROW = 8 * 1024 * 1024;

/** Goes through a file from its beginning, and holds what was not taken yet. */
export class Window {
  #bytes = new Uint8Array();
  #end = 0;
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  /** What was not taken yet. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Whether the file ends with what is here. */
  get whole(): boolean {
    return this.#end >= this.#source.size;
  }

  /** Whether there is nothing left. */
  get done(): boolean {
    return this.whole && this.#bytes.length === 0;
  }

  /** Fetches what follows. Throws `Unreadable`. */
  async grow(): Promise<void> {
    if (this.#bytes.length >= LONGEST_ROW) throw new Unreadable('too-large');
    const end = Math.min(this.#source.size, this.#end + WINDOW);
    const next = await this.#source.read(this.#end, end);
    const bytes = new Uint8Array(this.#bytes.length + next.length);
    bytes.set(this.#bytes);
    bytes.set(next, this.#bytes.length);
    [this.#bytes, this.#end] = [bytes, end];
  }

  /** Takes the first bytes away. */
  take(length: number): void {
    this.#bytes = this.#bytes.subarray(length);
  }
}
