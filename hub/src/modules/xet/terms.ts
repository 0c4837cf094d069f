// The terms of a file: which chunks of which xorb follow which. Pure.
import { Buffer } from 'node:buffer';
import { xetHashBytes, xetHashOf, type XetHash } from './format/xet-hash.ts';

/** Chunks `start` up to, but without, `end` of a xorb; `rawLength` is their size once unpacked, in bytes. */
export interface Term {
  readonly xorb: XetHash;
  readonly start: number;
  readonly end: number;
  readonly rawLength: number;
}

const HASH_BYTES = 32;
const TERM_BYTES = 16;

/**
 * The terms of one file in their order. As bytes: how many xorbs (u32), their hashes, then for each term the number of
 * its xorb, its start, its end and its length (u32 each, little-endian).
 */
export class Terms {
  readonly #bytes: Buffer;
  readonly #xorbs: number;
  /** Where each term begins in the file, and where the last one ends. */
  readonly #starts: Float64Array;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#xorbs = bytes.readUInt32LE(0);
    const count = (bytes.length - 4 - this.#xorbs * HASH_BYTES) / TERM_BYTES;
    if (!Number.isInteger(count) || count < 0) throw new Error('the terms of a file are damaged');
    this.#starts = new Float64Array(count + 1);
    for (let index = 0; index < count; index += 1)
      this.#starts[index + 1] = this.startOf(index) + bytes.readUInt32LE(this.#at(index) + 12);
  }

  /** Reads what `encode` wrote. Throws on anything else. */
  static decode(bytes: Buffer): Terms {
    return new Terms(bytes);
  }

  /** The terms of a list, which is gone through once. */
  static of(terms: Iterable<Term>): Terms {
    const numbers = new Map<XetHash, number>();
    const rows: number[] = [];
    for (const { xorb, start, end, rawLength } of terms) {
      const number = numbers.get(xorb) ?? numbers.size;
      numbers.set(xorb, number);
      rows.push(number, start, end, rawLength);
    }
    const names = [...numbers.keys()].map(xetHashBytes);
    const bytes = Buffer.allocUnsafe(4 + names.length * HASH_BYTES + rows.length * 4);
    let at = bytes.writeUInt32LE(names.length);
    for (const name of names) at += name.copy(bytes, at);
    for (const value of rows) at = bytes.writeUInt32LE(value, at);
    return new Terms(bytes);
  }

  encode(): Buffer {
    return this.#bytes;
  }

  /** How many terms there are. */
  get count(): number {
    return this.#starts.length - 1;
  }

  /** How many bytes the file has. */
  get size(): number {
    return this.startOf(this.count);
  }

  /** Every xorb that is named, once. */
  get xorbs(): XetHash[] {
    return Array.from({ length: this.#xorbs }, (_none, number) => this.#xorb(number));
  }

  at(index: number): Term {
    const at = this.#at(index);
    return {
      xorb: this.#xorb(this.#bytes.readUInt32LE(at)),
      start: this.#bytes.readUInt32LE(at + 4),
      end: this.#bytes.readUInt32LE(at + 8),
      rawLength: this.#bytes.readUInt32LE(at + 12),
    };
  }

  /** Where a term begins in the file. */
  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** How many terms a range touches; it must lie inside the file. */
  countIn({ start, end }: { readonly start: number; readonly end: number }): number {
    return start >= end ? 0 : this.find(end - 1) - this.find(start) + 1;
  }

  /** The term that holds a byte of the file, which must lie inside it. */
  find(offset: number): number {
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #at(index: number): number {
    return 4 + this.#xorbs * HASH_BYTES + index * TERM_BYTES;
  }

  #xorb(number: number): XetHash {
    return xorbAt(this.#bytes, number);
  }
}

function xorbAt(bytes: Buffer, number: number): XetHash {
  const at = 4 + number * HASH_BYTES;
  return xetHashOf(bytes.subarray(at, at + HASH_BYTES));
}

/** Xorbs of a file around one: who sends it anew comes to those that follow. */
export interface Around {
  readonly after: readonly XetHash[];
  readonly before: readonly XetHash[];
}

/**
 * The xorbs around one, `limit` on either side at most, of terms as bytes that may be cut behind the name of any xorb. The
 * first of the file, where it is not named there.
 */
export function xorbsAround(head: Buffer, xorb: XetHash, limit: number): Around {
  const count = Math.min(head.readUInt32LE(0), Math.floor((head.length - 4) / HASH_BYTES));
  const at = findXorb(head.subarray(4, 4 + count * HASH_BYTES), xetHashBytes(xorb));
  const names = (start: number, end: number): XetHash[] =>
    Array.from({ length: Math.max(end - start, 0) }, (_none, number) => xorbAt(head, start + number));
  return {
    after: names(at + 1, Math.min(count, at + 1 + limit)),
    before: names(Math.max(0, at - limit), at),
  };
}

/** Which of the names it is; -1 for none. */
function findXorb(names: Buffer, name: Buffer): number {
  for (let at = names.indexOf(name); at >= 0; at = names.indexOf(name, at + 1))
    if (at % HASH_BYTES === 0) return at / HASH_BYTES;
  return -1;
}
