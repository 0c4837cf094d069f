// Reads the values of a GGUF header one after the other. Pure.
import { Unreadable } from './sheet.ts';

/** The bytes end within a value. */
export class Short extends Error {}

/** What a list begins with, and how long it is. */
export interface GgufList {
  readonly length: number;
  readonly first: readonly GgufValue[];
}

/** A value as it is shown. */
export type GgufValue = number | bigint | boolean | string | GgufList;

const SIZES: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 },
};
const [STRING, LIST] = [8, 9];
/** Values of a list that are shown. */
const SHOWN = 8;
const DEEPEST = 3;
const DECODER = new TextDecoder();

/** A place in the bytes, which goes on with what is read. */
export class GgufCursor {
  #at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** A number of things, of which no file has more than can be counted. */
  count(): number {
    const count = Number(this.#view.getBigUint64(this.#skip(8), true));
    if (!Number.isSafeInteger(count)) throw new Unreadable('broken');
    return count;
  }

  /** Text of so many bytes. */
  text(length: number): string {
    const start = this.#skip(length);
    return DECODER.decode(this.#bytes.subarray(start, start + Math.min(length, 4_096)));
  }

  string(): string {
    return this.text(this.count());
  }

  /** A value of a type. Of a list, the first few. */
  value(type: number, depth = 0): GgufValue {
    if (type === STRING) return this.string();
    if (type === LIST) return this.#list(depth);
    const size = SIZES[type];
    if (size === undefined) throw new Unreadable('broken');
    return this.#number(type, this.#skip(size));
  }

  #list(depth: number): GgufList {
    if (depth >= DEEPEST) throw new Unreadable('broken');
    const [type, length] = [this.u32(), this.count()];
    const first: GgufValue[] = [];
    const size = SIZES[type];
    let read = 0;
    for (; read < Math.min(length, SHOWN); read += 1) first.push(this.value(type, depth + 1));
    if (size !== undefined) this.#skip((length - read) * size);
    else for (; read < length; read += 1) this.value(type, depth + 1);
    return { length, first };
  }

  #number(type: number, at: number): number | bigint | boolean {
    const view = this.#view;
    switch (type) {
      case 0:
        return view.getUint8(at);
      case 1:
        return view.getInt8(at);
      case 2:
        return view.getUint16(at, true);
      case 3:
        return view.getInt16(at, true);
      case 4:
        return view.getUint32(at, true);
      case 5:
        return view.getInt32(at, true);
      case 6:
        return view.getFloat32(at, true);
      case 7:
        return view.getUint8(at) !== 0;
      case 10:
        return view.getBigUint64(at, true);
      case 11:
        return view.getBigInt64(at, true);
      default:
        return view.getFloat64(at, true);
    }
  }

  #skip(length: number): number {
    const at = this.#at;
    if (length > this.#bytes.length - at) throw new Short();
    this.#at += length;
    return at;
  }
}
