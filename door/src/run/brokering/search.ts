// Looks for many texts at once in bytes as they come (Aho and Corasick). Pure. One step for each byte, however many texts there are
// and however the bytes are cut, so that nobody who sends them can make it slow.

/** What is looked for; it is told by its name. */
export interface Wanted {
  readonly name: string;
  readonly text: Buffer;
}

const BITS = 8;
const BYTES = 1 << BITS;
const LAST_BYTE = 0xff;
const PERCENT = 0x25;
/** A byte written with a sign and two digits. */
const ESCAPED = 3;

/** All texts as one automaton. It is built once, and read by any number of scans. */
export class Search {
  /** The row of the next state, by row and byte: a state is named by where its row begins, so that a step is one addition. */
  readonly next: Int32Array;
  readonly #depth: Int32Array;
  readonly #ends: Uint8Array;
  readonly #found: (string | undefined)[];

  constructor(wanted: readonly Wanted[]) {
    const states = wanted.reduce((sum, { text }) => sum + text.length, 1);
    this.next = new Int32Array(states * BYTES);
    this.#depth = new Int32Array(states);
    this.#found = Array.from<string | undefined>({ length: states });
    let used = 1;
    for (const { name, text } of wanted) {
      let state = 0;
      for (const byte of text) {
        let child = this.next[state * BYTES + byte] ?? 0;
        if (child === 0) {
          child = used;
          used += 1;
          this.next[state * BYTES + byte] = child;
          this.#depth[child] = (this.#depth[state] ?? 0) + 1;
        }
        state = child;
      }
      if (state !== 0) this.#found[state] ??= name;
    }
    this.#link(used);
    this.#ends = Uint8Array.from(this.#found, (name) => (name === undefined ? 0 : 1));
    for (let at = 0; at < this.next.length; at += 1) this.next[at] = (this.next[at] ?? 0) * BYTES;
  }

  /** How much of a text has been read in the state of a row. */
  depthIn(row: number): number {
    return this.#depth[row / BYTES] ?? 0;
  }

  /** The name of what ends in the state of a row. */
  nameIn(row: number): string | undefined {
    return this.#found[row / BYTES];
  }

  /** Reads bytes from a state on; gives the row of the state after them, or of the first in which a text ends. */
  walk(bytes: Buffer, from: number): number {
    const next = this.next;
    const ends = this.#ends;
    let row = from;
    for (let at = 0; at < bytes.length; at += 1) {
      row = next[row + (bytes[at] ?? 0)] ?? 0;
      if (ends[row >>> BITS] === 1) return row;
    }
    return row;
  }

  /** Looks through a text that is whole. */
  findIn(text: string | Buffer): string | undefined {
    if (text.length === 0) return undefined;
    if (typeof text === 'string' && !text.includes('%')) return this.#findInLetters(text);
    const scan = new Scan(this);
    return scan.feed(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
  }

  // Heads are many short texts: they are read where they stand, without a copy of each.
  #findInLetters(text: string): string | undefined {
    const next = this.next;
    const ends = this.#ends;
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      // The byte that a letter is in Latin 1, as a copy would have it.
      // oxlint-disable-next-line prefer-code-point -- a byte for each letter
      row = next[row + (text.charCodeAt(at) & LAST_BYTE)] ?? 0;
      if (ends[row >>> BITS] === 1) return this.nameIn(row);
    }
    return undefined;
  }

  // What is no step of a text becomes the step of its longest end that begins one.
  #link(used: number): void {
    const fallback = new Int32Array(used);
    const queue = [0];
    for (const state of queue)
      for (let byte = 0; byte < BYTES; byte += 1) {
        const at = state * BYTES + byte;
        const child = this.next[at] ?? 0;
        const other = state === 0 ? 0 : (this.next[(fallback[state] ?? 0) * BYTES + byte] ?? 0);
        // A child of a state is deeper than it; all else has not been set, or is a link.
        if (child !== 0 && this.#depth[child] === (this.#depth[state] ?? 0) + 1) {
          fallback[child] = other;
          this.#found[child] ??= this.#found[other];
          queue.push(child);
        } else this.next[at] = other;
      }
  }
}

/** One reading of bytes that come in pieces, as they are and with their percent-encoding undone. */
export class Scan {
  readonly #search: Search;
  #plain = 0;
  /** From the first percent sign on. */
  #decoded: { row: number; rest: number[] } | undefined;

  constructor(search: Search) {
    this.#search = search;
  }

  /** Reads on; gives the name of what was found first. */
  feed(bytes: Buffer): string | undefined {
    if (this.#decoded === undefined && bytes.includes(PERCENT))
      this.#decoded = { row: this.#plain, rest: [] };
    this.#plain = this.#search.walk(bytes, this.#plain);
    return this.#search.nameIn(this.#plain) ?? this.#feedDecoded(bytes);
  }

  /** So many bytes at the end of what was read may begin something. */
  get open(): number {
    const decoded =
      this.#decoded === undefined ? 0 : this.#search.depthIn(this.#decoded.row) + this.#decoded.rest.length;
    return Math.max(this.#search.depthIn(this.#plain), decoded * ESCAPED);
  }

  #feedDecoded(bytes: Buffer): string | undefined {
    const decoded = this.#decoded;
    if (decoded === undefined) return undefined;
    for (const byte of bytes) {
      decoded.rest.push(byte);
      const name = this.#settle(decoded);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  // A sign is kept until it is known whether two digits follow.
  #settle(decoded: { row: number; rest: number[] }): string | undefined {
    for (;;) {
      const [first, ...digits] = decoded.rest;
      if (first === undefined) return undefined;
      let byte = first;
      if (first === PERCENT && digits.every(isDigit)) {
        if (digits.length < ESCAPED - 1) return undefined;
        byte = Number.parseInt(String.fromCodePoint(...digits), 16);
        decoded.rest = [];
      } else decoded.rest = digits;
      decoded.row = this.#search.next[decoded.row + byte] ?? 0;
      const name = this.#search.nameIn(decoded.row);
      if (name !== undefined) return name;
    }
  }
}

function isDigit(byte: number): boolean {
  return /^[0-9A-Fa-f]$/.test(String.fromCodePoint(byte));
}
