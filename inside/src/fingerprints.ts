// Knows texts again by fingerprints of their parts, which roll over bytes as they come (Karp and Rabin, 1987). The key is this
// process's own and random, so that nobody makes texts whose fingerprints agree. Invariants: a step costs the same whatever
// comes; what is kept is bounded, however many texts there are and however long they are.
import { randomBytes } from 'node:crypto';

/** Longest part, in bytes. A longer text is known by all of its parts, so that a piece of it is known, too. */
export const LONGEST_PART = 16;
/** Most parts that are kept; of more, every second, third or nth. At eight bytes each, half of the places free. */
const MOST_PARTS = 2 ** 20;
const BYTES = 256;

/** One of the two halves of a fingerprint. */
interface Half {
  readonly base: number;
  /** What stands for each byte. */
  readonly marks: Int32Array;
}

function makeHalf(): Half {
  const marks = new Int32Array(new Uint8Array(randomBytes(BYTES * 4)).buffer);
  return { base: randomBytes(4).readInt32LE() | 1, marks };
}

/** The parts of one length. */
export class Parts {
  readonly length: number;
  readonly #halves: readonly [Half, Half];
  /** What the mark of a byte counts once the byte leaves. */
  readonly #leaving: readonly [number, number];
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(length: number, most: number) {
    this.length = length;
    this.#halves = [makeHalf(), makeHalf()];
    const [first, second] = this.#halves;
    this.#leaving = [power(first.base, length), power(second.base, length)];
    const places = 2 ** Math.ceil(Math.log2(Math.max(2, most * 2)));
    this.#slots = new Int32Array(places * 2);
    this.#mask = places - 1;
  }

  /** The next fingerprint: a byte comes, and one leaves; -1: none does yet. */
  roll(print: Print, comes: number, leaves: number): void {
    const [{ base: a, marks: of }, { base: b, marks: and }] = this.#halves;
    print.a = (Math.imul(print.a, a) + (of[comes] ?? 0)) | 0;
    print.b = (Math.imul(print.b, b) + (and[comes] ?? 0)) | 0;
    if (leaves < 0) return;
    print.a = (print.a - Math.imul(of[leaves] ?? 0, this.#leaving[0])) | 0;
    print.b = (print.b - Math.imul(and[leaves] ?? 0, this.#leaving[1])) | 0;
  }

  add(print: Print): void {
    const at = this.#find(print);
    this.#slots[at] = print.a;
    this.#slots[at + 1] = print.b;
  }

  has(print: Print): boolean {
    return this.#slots[this.#find(print)] === print.a && (print.a | print.b) !== 0;
  }

  // Its place, or the free one where it would be.
  #find({ a, b }: Print): number {
    for (let place = (a ^ (b >>> 15)) & this.#mask; ; place = (place + 1) & this.#mask) {
      const [x, y] = [this.#slots[place * 2] ?? 0, this.#slots[place * 2 + 1] ?? 0];
      if ((x === a && y === b) || (x | y) === 0) return place * 2;
    }
  }
}

/** A fingerprint of 64 bits while it rolls. */
export interface Print {
  a: number;
  b: number;
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let n = 0; n < exponent; n += 1) result = Math.imul(result, base);
  return result;
}

/** The parts of all texts, by length. `texts` gives them anew each time, without line breaks. */
export function partsOf(texts: () => Iterable<Buffer>): readonly Parts[] {
  const counts = new Map<number, number>();
  for (const text of texts()) {
    const length = Math.min(text.length, LONGEST_PART);
    counts.set(length, (counts.get(length) ?? 0) + text.length - length + 1);
  }
  const stride = Math.ceil((counts.get(LONGEST_PART) ?? 1) / MOST_PARTS);
  const parts = new Map(
    [...counts].map(([length, count]) => [length, new Parts(length, Math.min(count, MOST_PARTS * 2))]),
  );
  for (const text of texts()) addAll(parts.get(Math.min(text.length, LONGEST_PART)), text, stride);
  return [...parts.values()];
}

// With the first and the last, so that a whole text is known to both of its ends.
function addAll(parts: Parts | undefined, text: Buffer, stride: number): void {
  if (parts === undefined) return;
  const { length } = parts;
  const print = { a: 0, b: 0 };
  for (let at = 0; at < text.length; at += 1) {
    parts.roll(print, text[at] ?? 0, text[at - length] ?? -1);
    const begin = at - length + 1;
    if (begin >= 0 && (begin % stride === 0 || at === text.length - 1)) parts.add(print);
  }
}
