// Finds tokens of ours in a text, as they are or within base64. Pure, and linear in the text whatever it holds: it reads
// what strangers send.
import { Buffer } from 'node:buffer';
import { isTokenText, TOKEN_LENGTH } from './token-text.ts';

/** Bytes that a token takes at most in base64 with what stands between its lines: who reads a text in windows lets them overlap by so many. */
export const LONGEST_TRACE = 512;

const PREFIX = Buffer.from('hf_');
const BREAK = 0x0a;
const RETURN = 0x0d;
const BACKSLASH = 0x5c;
/** `n` and `r`. */
const ESCAPED_BREAKS: ReadonlySet<number> = new Set([0x6e, 0x72]);
/** What stands between two lines beside the break, so many of them at most: indentation, and in notebooks the ends of strings of a list. */
const BETWEEN: ReadonlySet<number> = new Set(Buffer.from(' \t",'));
const LONGEST_BETWEEN = 64;
const NONE = 64;

/** The six bits that a letter of base64 stands for, in either alphabet (RFC 4648 §4 and §5); 64 for what is none. */
const BITS = new Uint8Array(256).fill(NONE);
const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
for (const alphabet of ['+/', '-_'].map((last) => LETTERS_AND_DIGITS + last))
  for (let bits = 0; bits < NONE; bits += 1) BITS[alphabet.charCodeAt(bits)] = bits;

/** A token in a text. */
export interface Trace {
  /** Where it begins, or the letter of base64 in which it does. */
  readonly at: number;
  /** Behind the last of its letters, or of those of base64. */
  readonly end: number;
  readonly token: string;
}

/** Finds tokens in one text after the other; the memory it needs is used again. */
export class TokenFinder {
  readonly #run = new Run();

  /** The tokens of a text, as they are and within base64, each where it begins. */
  list(text: Uint8Array): Trace[] {
    const bytes = Buffer.from(text.buffer, text.byteOffset, text.length);
    return [...listPlain(bytes), ...this.#listPacked(bytes)].toSorted((a, b) => a.at - b.at);
  }

  #listPacked(bytes: Buffer): Trace[] {
    const run = this.#run;
    const found: Trace[] = [];
    run.begin(bytes.length);
    /** How many more may stand between two lines: none within one. */
    let room = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      const bits = BITS[byte] ?? NONE;
      const isEscaped = byte === BACKSLASH && ESCAPED_BREAKS.has(bytes[at + 1] ?? 0);
      if (isEscaped) at += 1;
      if (bits !== NONE) run.add(bits, at);
      else if (!isEscaped && byte !== BREAK && byte !== RETURN && !(room > 0 && BETWEEN.has(byte))) {
        run.list(found);
        run.clear();
      }
      if (isEscaped || byte === BREAK || byte === RETURN) room = LONGEST_BETWEEN;
      else room = bits === NONE && room > 0 ? room - 1 : 0;
    }
    run.list(found);
    return found;
  }
}

/** Letters and digits come first in the alphabet. */
function isLetterOrDigit(byte: number): boolean {
  return (BITS[byte] ?? NONE) < LETTERS_AND_DIGITS.length;
}

function listPlain(bytes: Buffer): Trace[] {
  const found: Trace[] = [];
  for (let at = bytes.indexOf(PREFIX); at !== -1; at = bytes.indexOf(PREFIX, at + 1)) {
    // Most of a text that is made to be slow ends here.
    if (
      !isLetterOrDigit(bytes[at + PREFIX.length] ?? 0) ||
      !isLetterOrDigit(bytes[at + TOKEN_LENGTH - 1] ?? 0)
    )
      continue;
    const token = bytes.toString('latin1', at, at + TOKEN_LENGTH);
    if (isTokenText(token)) found.push({ at, end: at + TOKEN_LENGTH, token });
  }
  return found;
}

/** A run of letters of base64, without what breaks its lines: raw or, in JSON, escaped. */
class Run {
  #bits = new Uint8Array();
  #places = new Uint32Array();
  #length = 0;
  /** Those of one token. */
  readonly #letters = Buffer.alloc(TOKEN_LENGTH);

  /** Begins with a text of so many bytes. */
  begin(most: number): void {
    this.#length = 0;
    if (this.#bits.length >= most) return;
    this.#bits = new Uint8Array(most);
    this.#places = new Uint32Array(most);
  }

  add(bits: number, place: number): void {
    this.#bits[this.#length] = bits;
    this.#places[this.#length] = place;
    this.#length += 1;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Adds the tokens in it, whichever of the letters their first bytes begin in. */
  list(found: Trace[]): void {
    for (let at = 0; at + LETTERS <= this.#length; at += 1) {
      const offset = this.#offsetOfPrefix(at);
      if (offset === undefined) continue;
      const firstBit = at * 6 + offset;
      const token = this.#decode(firstBit);
      if (token === undefined || !isTokenText(token)) continue;
      const last = Math.floor((firstBit + 8 * TOKEN_LENGTH - 1) / 6);
      found.push({ at: this.#places[at] ?? 0, end: (this.#places[last] ?? 0) + 1, token });
    }
  }

  // `hf_` is 01101000 01100110 01011111: three ways to lie across letters of six bits, told apart by few comparisons.
  #offsetOfPrefix(at: number): number | undefined {
    const bits = this.#bits;
    const [a, b, c, d] = [bits[at] ?? 0, bits[at + 1], bits[at + 2], bits[at + 3]];
    if (a === 0b011010 && b === 0b000110 && c === 0b011001 && d === 0b011111) return 0;
    if ((a & 0b001111) === 0b000110 && b === 0b100001 && c === 0b100110 && d === 0b010111) return 2;
    if ((a & 0b000011) === 0b000001 && b === 0b101000 && c === 0b011001 && d === 0b100101) return 4;
    return undefined;
  }

  /** What these letters of base64 hold; `undefined` as soon as that cannot be a token. */
  #decode(firstBit: number): string | undefined {
    const letters = this.#letters;
    for (let n = 0; n < TOKEN_LENGTH; n += 1) {
      const bit = firstBit + 8 * n;
      const at = Math.floor(bit / 6);
      const [a, b, c] = [this.#bits[at] ?? 0, this.#bits[at + 1] ?? 0, this.#bits[at + 2] ?? 0];
      const letter = (((a << 12) | (b << 6) | c) >> (10 - (bit % 6))) & 0xff;
      if (n >= PREFIX.length && !isLetterOrDigit(letter)) return undefined;
      letters[n] = letter;
    }
    return letters.toString('latin1');
  }
}

/** Letters of base64 in which a token lies at least. */
const LETTERS = Math.ceil((TOKEN_LENGTH * 8) / 6);
