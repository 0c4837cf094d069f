// Reads the body of a request that sets a secret: one flat JSON object (RFC 8259), as bytes. Values never become text, so that
// they can be overwritten; what a general parser would make of them could not. Pure.
import { isUtf8 } from 'node:buffer';

/** A field's value: bytes of a string, other words as they are written, or strings in a list. */
export type FieldValue = Buffer | number | boolean | null | readonly Buffer[];

/** Longest list. */
const MOST = 32;
const FIELDS = 24;

/**
 * The fields of the object by name. Throws a `SyntaxError` for what is none, has a name twice, holds objects, or lists of
 * anything but strings. It quotes nothing of the body.
 */
export function readFlatObject(bytes: Buffer): Map<string, FieldValue> {
  // One that is not UTF-8 could be read in two ways.
  if (!isUtf8(bytes)) throw new SyntaxError('the body is not UTF-8');
  return new FlatReader(bytes).read();
}

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [...Buffer.from('"\\,:{}[]')];
const SPACES = new Set(Buffer.from(' \t\r\n'));
const ESCAPES: ReadonlyMap<number, number> = new Map(
  ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
);
const UNICODE = 'u'.charCodeAt(0);
const HEX = /^[0-9A-Fa-f]{4}$/;
const WORD = /^(?:true|false|null|-?\d{1,15})$/;

class FlatReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): Map<string, FieldValue> {
    const fields = new Map<string, FieldValue>();
    this.#expect(OPEN, 'the body is not a JSON object');
    if (!this.#take(CLOSE))
      do {
        const name = this.#string().toString('utf8');
        this.#expect(COLON, 'a field has no value');
        // Readers differ in which of two counts; what is judged and what is kept must be one.
        if (fields.has(name)) throw new SyntaxError('a field is there twice');
        if (fields.size === FIELDS) throw new SyntaxError('there are too many fields');
        fields.set(name, this.#value());
      } while (this.#more(CLOSE));
    this.#skip();
    if (this.#at !== this.#bytes.length) throw new SyntaxError('something follows the JSON object');
    return fields;
  }

  #value(): FieldValue {
    this.#skip();
    const first = this.#bytes[this.#at];
    if (first === QUOTE) return this.#string();
    if (first === OPEN_LIST) return this.#list();
    return this.#word();
  }

  #list(): Buffer[] {
    this.#expect(OPEN_LIST, 'a list was expected');
    const items: Buffer[] = [];
    if (this.#take(CLOSE_LIST)) return items;
    do {
      if (items.length === MOST) throw new SyntaxError('a list is too long');
      items.push(this.#string());
    } while (this.#more(CLOSE_LIST));
    return items;
  }

  #word(): number | boolean | null {
    const from = this.#at;
    while (this.#at < this.#bytes.length && /[a-z0-9-]/.test(String.fromCharCode(this.#bytes[this.#at] ?? 0)))
      this.#at += 1;
    const word = this.#bytes.toString('latin1', from, this.#at);
    if (!WORD.test(word))
      throw new SyntaxError('a value is neither a string, a list, a whole number nor a word');
    return JSON.parse(word) as number | boolean | null;
  }

  // The bytes of a string with its escapes resolved; never longer than written.
  #string(): Buffer {
    this.#expect(QUOTE, 'a string was expected');
    // Up to 64 bytes lie in JavaScript's own heap otherwise, which copies them when it moves them and overwrites nothing.
    const out = Buffer.from(new ArrayBuffer(this.#closing() - this.#at));
    let length = 0;
    for (;;) {
      const byte = this.#next();
      if (byte === QUOTE) return out.subarray(0, length);
      if (byte < 0x20) throw new SyntaxError('a string holds a control character that is not escaped');
      if (byte === BACKSLASH) length = this.#escape(out, length);
      else length = out.writeUInt8(byte, length);
    }
  }

  #closing(): number {
    for (let at = this.#at; at < this.#bytes.length; at += 1) {
      if (this.#bytes[at] === BACKSLASH) at += 1;
      else if (this.#bytes[at] === QUOTE) return at;
    }
    throw new SyntaxError('a string has no end');
  }

  #escape(out: Buffer, length: number): number {
    const kind = this.#next();
    const plain = ESCAPES.get(kind);
    if (plain !== undefined) return out.writeUInt8(plain, length);
    if (kind !== UNICODE) throw new SyntaxError('an escape is none of JSON');
    let point = this.#unit();
    if (point >= 0xd800 && point < 0xe000) {
      const isPair = point < 0xdc00 && this.#next() === BACKSLASH && this.#next() === UNICODE;
      const low = isPair ? this.#unit() : 0;
      if (low < 0xdc00 || low >= 0xe000) throw new SyntaxError('half a character is escaped');
      point = 0x1_0000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    return length + out.write(String.fromCodePoint(point), length, 'utf8');
  }

  #unit(): number {
    const digits = this.#bytes.toString('latin1', this.#at, this.#at + 4);
    if (!HEX.test(digits)) throw new SyntaxError('an escape is none of JSON');
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #next(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new SyntaxError('the body ends too early');
    this.#at += 1;
    return byte;
  }

  #skip(): void {
    while (SPACES.has(this.#bytes[this.#at] ?? 0)) this.#at += 1;
  }

  #take(byte: number | undefined): boolean {
    this.#skip();
    const is = this.#bytes[this.#at] === byte;
    if (is) this.#at += 1;
    return is;
  }

  #expect(byte: number | undefined, problem: string): void {
    if (!this.#take(byte)) throw new SyntaxError(problem);
  }

  // Whether another one follows; else the end does.
  #more(end: number | undefined): boolean {
    if (this.#take(COMMA)) return true;
    this.#expect(end, 'a comma or an end is missing');
    return false;
  }
}
