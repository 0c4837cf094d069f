// Looks for many texts at once in bytes as they come (Aho and Corasick). Pure. One step for each byte, however many texts there are
// and however the bytes are cut, so that nobody who sends them can make it slow.

/** What is looked for; it is told by its name. */
export interface Wanted {
  readonly name: string;
  readonly text: Buffer;
}

const BYTES = 256;
const PERCENT = 0x25;
/** A byte written with a sign and two digits. */
const ESCAPED = 3;

/** All texts as one automaton. It is built once, and read by any number of scans. */
export class Search {
  /** The next state by state and byte. */
  readonly next: Int32Array;
  /** How much of a text has been read in a state. */
  readonly depth: Int32Array;
  readonly #found: (string | undefined)[];

  constructor(wanted: readonly Wanted[]) {
    const states = wanted.reduce((sum, { text }) => sum + text.length, 1);
    this.next = new Int32Array(states * BYTES);
    this.depth = new Int32Array(states);
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
          this.depth[child] = (this.depth[state] ?? 0) + 1;
        }
        state = child;
      }
      if (state !== 0) this.#found[state] ??= name;
    }
    this.#link(used);
  }

  /** The name of what ends in a state. */
  nameIn(state: number): string | undefined {
    return this.#found[state];
  }

  /** Looks through a text that is whole. */
  findIn(text: string | Buffer): string | undefined {
    const scan = new Scan(this);
    return scan.feed(typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
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
        if (child !== 0 && this.depth[child] === (this.depth[state] ?? 0) + 1) {
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
  #decoded: { state: number; rest: number[] } | undefined;

  constructor(search: Search) {
    this.#search = search;
  }

  /** Reads on; gives the name of what was found first. */
  feed(bytes: Buffer): string | undefined {
    if (this.#decoded === undefined && bytes.includes(PERCENT))
      this.#decoded = { state: this.#plain, rest: [] };
    const { next } = this.#search;
    let state = this.#plain;
    for (let at = 0; at < bytes.length; at += 1) {
      state = next[state * BYTES + (bytes[at] ?? 0)] ?? 0;
      const name = this.#search.nameIn(state);
      if (name !== undefined) return name;
    }
    this.#plain = state;
    return this.#feedDecoded(bytes);
  }

  /** So many bytes at the end of what was read may begin something. */
  get open(): number {
    const { depth } = this.#search;
    const decoded =
      this.#decoded === undefined ? 0 : (depth[this.#decoded.state] ?? 0) + this.#decoded.rest.length;
    return Math.max(depth[this.#plain] ?? 0, decoded * ESCAPED);
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
  #settle(decoded: { state: number; rest: number[] }): string | undefined {
    for (;;) {
      const [first, ...digits] = decoded.rest;
      if (first === undefined) return undefined;
      let byte = first;
      if (first === PERCENT && digits.every(isDigit)) {
        if (digits.length < ESCAPED - 1) return undefined;
        byte = Number.parseInt(String.fromCodePoint(...digits), 16);
        decoded.rest = [];
      } else decoded.rest = digits;
      decoded.state = this.#search.next[decoded.state * BYTES + byte] ?? 0;
      const name = this.#search.nameIn(decoded.state);
      if (name !== undefined) return name;
    }
  }
}

function isDigit(byte: number): boolean {
  return /^[0-9A-Fa-f]$/.test(String.fromCodePoint(byte));
}
