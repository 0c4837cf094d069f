// Puts three stars in the place of values in what an app writes, as it comes. Pure but for the key of the fingerprints. Invariants:
// how the bytes are cut does not matter, nor that a value is broken into lines; what is held back is less than fifty bytes.
import { LONGEST_PART, partsOf, type Parts, type Print } from './fingerprints.ts';
import { formsOf, SHORTEST } from './written-forms.ts';

const STARS = Buffer.from('***');
const [LINE_FEED, RETURN] = [10, 13];
/** Bytes of line breaks between two bytes of one value. */
const MOST_BREAKS = 2;
/** Places that are remembered; a power of two above the longest part. */
const PLACES = 2 * LONGEST_PART;

function isBreak(byte: number): boolean {
  return byte === LINE_FEED || byte === RETURN;
}

/** The parts of all forms of these values. */
export function partsOfValues(values: readonly Buffer[]): readonly Parts[] {
  return partsOf(function* texts() {
    for (const value of values)
      for (const form of formsOf(value)) {
        const text = form.filter((byte) => !isBreak(byte));
        if (text.length >= SHORTEST) yield Buffer.from(text);
      }
  });
}

/** Masks one stream. */
export class Mask {
  readonly #parts: readonly Parts[];
  readonly #prints: readonly Print[];
  /** The last bytes that are no line breaks, and where in the stream they stand. */
  readonly #bytes = new Uint8Array(PLACES);
  readonly #places = new Float64Array(PLACES);
  /** How many there were since the last reset. */
  #count = 0;
  #breaks = 0;
  /** What is held back, which of it belongs to a value, and where in the stream it begins. */
  #held = Buffer.alloc(0);
  #marks = new Uint8Array(0);
  #begin = 0;
  /** Whether the last byte that was handed on belonged to a value. */
  #isStarred = false;

  constructor(parts: readonly Parts[]) {
    this.#parts = parts;
    this.#prints = parts.map(() => ({ a: 0, b: 0 }));
  }

  /** Takes what comes, and gives what can go on. */
  feed(bytes: Buffer): Buffer {
    const before = this.#held.length;
    this.#held = Buffer.concat([this.#held, bytes]);
    const marks = new Uint8Array(this.#held.length);
    marks.set(this.#marks);
    this.#marks = marks;
    for (let at = before; at < this.#held.length; at += 1) this.#step(this.#held[at] ?? 0, this.#begin + at);
    // The last bytes may begin a value.
    const oldest = this.#count - LONGEST_PART + 1;
    const from = this.#count === 0 ? undefined : this.#places[Math.max(0, oldest) % PLACES];
    return this.#handOn(from === undefined ? this.#held.length : Math.max(0, from - this.#begin));
  }

  /** Gives the lines that are held back. Who waits for them reads them; a value that goes on behind them is still known. */
  release(): Buffer {
    return this.#handOn(Math.max(this.#held.lastIndexOf(LINE_FEED), this.#held.lastIndexOf(RETURN)) + 1);
  }

  /** Gives all that is held back: nothing more comes. */
  finish(): Buffer {
    return this.#handOn(this.#held.length);
  }

  #step(byte: number, place: number): void {
    if (isBreak(byte)) {
      this.#breaks += 1;
      if (this.#breaks > MOST_BREAKS) this.#reset();
      return;
    }
    this.#breaks = 0;
    this.#bytes[this.#count % PLACES] = byte;
    this.#places[this.#count % PLACES] = place;
    this.#count += 1;
    for (let n = 0; n < this.#parts.length; n += 1) {
      const [parts, print] = [this.#parts[n], this.#prints[n]];
      if (parts === undefined || print === undefined) continue;
      const leaving = this.#count - 1 - parts.length;
      parts.roll(print, byte, leaving < 0 ? -1 : (this.#bytes[leaving % PLACES] ?? 0));
      if (leaving >= -1 && parts.has(print)) this.#mark(this.#places[(leaving + 1) % PLACES] ?? 0, place);
    }
  }

  // What has gone on already cannot be marked any more.
  #mark(from: number, to: number): void {
    this.#marks.fill(1, Math.max(0, from - this.#begin), to - this.#begin + 1);
  }

  #reset(): void {
    this.#count = 0;
    for (const print of this.#prints) {
      print.a = 0;
      print.b = 0;
    }
  }

  #handOn(length: number): Buffer {
    const [bytes, marks] = [this.#held.subarray(0, length), this.#marks.subarray(0, length)];
    this.#held = this.#held.subarray(length);
    this.#marks = this.#marks.subarray(length);
    this.#begin += length;
    if (length > 0 && !marks.includes(1)) {
      this.#isStarred = false;
      return bytes;
    }
    return this.#star(bytes, marks);
  }

  // Line breaks in a value stay, so that a log keeps its lines.
  #star(bytes: Buffer, marks: Uint8Array): Buffer {
    const parts: Buffer[] = [];
    let clear = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const isOfValue = marks[at] === 1 && !isBreak(bytes[at] ?? 0);
      if (isOfValue) {
        if (clear < at) parts.push(bytes.subarray(clear, at));
        clear = at + 1;
        if (!this.#isStarred) parts.push(STARS);
      }
      this.#isStarred = isOfValue;
    }
    return Buffer.concat([...parts, bytes.subarray(clear)]);
  }
}
