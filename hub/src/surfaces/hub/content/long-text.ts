// A long JSON text while it arrives: unescaped and put aside piece by piece, so that a file in a commit is never in
// memory as a whole, neither as text nor as bytes.
import { Buffer, isUtf8 } from 'node:buffer';
import { type Spool, type SpooledBytes } from '@holdfast/platform/spool';
import { bodyMalformed } from '../../route/faults.ts';

/** Bytes put aside at once; a multiple of four, so that base64 can be decoded piece by piece. */
const PIECE = 256 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const EQUALS = 0x3d;
const EMPTY = Buffer.alloc(0);
/** What the second byte of a short escape stands for. */
const SIMPLE: ReadonlyMap<number, number> = new Map(
  ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
);

/** A text from behind its first quote. */
export class LongText {
  readonly #spool: Spool;
  readonly #pieces: SpooledBytes[] = [];
  readonly #piece: Buffer;
  #filled = 0;
  /** The beginning of an escape whose end has not come yet. */
  #open: Buffer = EMPTY;

  /** @param memory for one piece; used by one text at a time */
  constructor(spool: Spool, memory: Buffer) {
    this.#spool = spool;
    this.#piece = memory;
  }

  /** Memory for texts that follow one another. */
  static memory(): Buffer {
    return Buffer.allocUnsafeSlow(PIECE);
  }

  /**
   * Takes what comes next. Returns what follows the quote that ends the text, or `undefined` while it goes on.
   * Throws `request.body-malformed` for escapes that are none.
   */
  async add(part: Buffer): Promise<Buffer | undefined> {
    const bytes = this.#open.length === 0 ? part : Buffer.concat([this.#open, part]);
    this.#open = EMPTY;
    // Each is asked for again only once it is passed: else a text full of escapes is searched to its end for every one.
    let quote = placeOf(bytes, QUOTE, 0);
    let slash = placeOf(bytes, BACKSLASH, 0);
    for (let at = 0; at < bytes.length;) {
      if (quote < at) quote = placeOf(bytes, QUOTE, at);
      if (slash < at) slash = placeOf(bytes, BACKSLASH, at);
      const plain = this.#put(bytes, at, Math.min(quote, slash));
      if (plain !== undefined) await plain;
      if (slash > quote || slash === bytes.length)
        return quote === bytes.length ? undefined : Buffer.from(bytes.subarray(quote + 1));
      const length = escapeLength(bytes, slash);
      if (length === undefined) {
        this.#open = Buffer.from(bytes.subarray(slash));
        return undefined;
      }
      const escaped = this.#putEscape(bytes, slash, length);
      if (escaped !== undefined) await escaped;
      at = slash + length;
    }
    return undefined;
  }

  /** The text's bytes, once it has ended: pieces of one size, then the rest. Each is valid until the next is asked for. */
  async *pieces(): AsyncGenerator<Buffer> {
    yield* this.#fullPieces();
    yield this.#piece.subarray(0, this.#filled);
  }

  async *#fullPieces(): AsyncGenerator<Buffer> {
    if (this.#pieces.length === 0) return;
    const buffer = Buffer.allocUnsafe(PIECE);
    for (const piece of this.#pieces) yield await this.#spool.read(piece, buffer);
  }

  /** Adds bytes; a promise only where a piece is full, because most calls add one character. */
  #put(bytes: Buffer, start: number, end: number): Promise<void> | undefined {
    const copied = bytes.copy(this.#piece, this.#filled, start, end);
    this.#filled += copied;
    return this.#filled < PIECE ? undefined : this.#flush(bytes.subarray(start + copied, end));
  }

  #putEscape(bytes: Buffer, at: number, length: number): Promise<void> | undefined {
    const simple = length === 2 ? SIMPLE.get(bytes[at + 1] ?? 0) : undefined;
    if (simple === undefined) {
      const meant = unescape(bytes.toString('latin1', at, at + length));
      return this.#put(meant, 0, meant.length);
    }
    this.#piece[this.#filled] = simple;
    this.#filled += 1;
    return this.#filled < PIECE ? undefined : this.#flush(EMPTY);
  }

  async #flush(rest: Buffer): Promise<void> {
    this.#pieces.push(await this.#spool.append(this.#piece));
    this.#filled = 0;
    await this.#put(rest, 0, rest.length);
  }
}

/** Where the byte comes next; the length where it does not. */
function placeOf(bytes: Buffer, byte: number, from: number): number {
  const place = bytes.indexOf(byte, from);
  return place === -1 ? bytes.length : place;
}

/** Bytes of the escape that starts here, twelve where it begins a pair; `undefined` while too few have come to know. */
function escapeLength(bytes: Buffer, at: number): number | undefined {
  const left = bytes.length - at;
  if (left < 2) return undefined;
  if (bytes[at + 1] !== 0x75) return 2;
  if (left < 6) return undefined;
  if (!/^\\u[dD][89abAB]/.test(bytes.toString('latin1', at, at + 6))) return 6;
  return left < 12 ? undefined : 12;
}

function unescape(escape: string): Buffer {
  const units = [...escape.matchAll(/\\u([0-9a-fA-F]{4})/g)].map(([, hex]) =>
    Number.parseInt(String(hex), 16),
  );
  const text = String.fromCharCode(...units);
  // Half of a pair is no character: what it would become in a file is nobody's guess.
  if (units.length * 6 !== escape.length || !text.isWellFormed())
    throw bodyMalformed('an escape in a text is not valid');
  return Buffer.from(text);
}

/** The bytes that a long content stands for. Throws `request.body-malformed`. */
export async function* decodePieces(
  pieces: AsyncIterable<Buffer>,
  encoding: 'base64' | 'utf-8',
): AsyncGenerator<Buffer> {
  if (encoding === 'base64') yield* decodeBase64Pieces(pieces);
  else yield* checkUtf8(pieces);
}

async function* decodeBase64Pieces(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const bytes = Buffer.allocUnsafe((PIECE / 4) * 3);
  let ended = false;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    // Padding, or a group that is not whole, can only be at the end.
    if (ended) throw notBase64();
    const end = piece.length - paddingOf(piece);
    ended = end % 4 !== 0;
    const written = bytes.write(piece.toString('latin1', 0, end), 'base64');
    if (end % 4 === 1 || written !== Math.floor((end * 3) / 4)) throw notBase64();
    yield bytes.subarray(0, written);
  }
}

function paddingOf(piece: Buffer): number {
  if (piece.at(-1) !== EQUALS) return 0;
  return piece.at(-2) === EQUALS ? 2 : 1;
}

/** The bytes that a content stands for which is whole. Throws `request.body-malformed`. */
export function decodeContent(content: string, encoding: 'base64' | 'utf-8'): Buffer {
  if (encoding === 'base64') {
    const bytes = decodeBase64(content);
    if (bytes === undefined) throw notBase64();
    return bytes;
  }
  if (!content.isWellFormed()) throw bodyMalformed('a content is not UTF-8');
  return Buffer.from(content);
}

/** Base64 as bytes; `undefined` for what is not exactly that. Node itself passes over what it does not know. */
function decodeBase64(text: string): Buffer | undefined {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  const bytes = Buffer.from(text.slice(0, end), 'base64');
  return end % 4 !== 1 && bytes.length === Math.floor((end * 3) / 4) ? bytes : undefined;
}

/** The refusal of a content that is not base64. */
function notBase64(): Error {
  return bodyMalformed('a content is not base64');
}

async function* checkUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let open: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = open.length === 0 ? piece : Buffer.concat([open, piece]);
    const end = bytes.length - cutBytes(bytes);
    if (!isUtf8(bytes.subarray(0, end))) throw bodyMalformed('a content is not UTF-8');
    open = Buffer.from(bytes.subarray(end));
    if (end > 0) yield bytes.subarray(0, end);
  }
  if (open.length > 0) throw bodyMalformed('a content is not UTF-8');
}

/** How many bytes at the end begin a character whose rest has not come yet. */
function cutBytes(bytes: Buffer): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes.at(-back);
    if (byte === undefined || byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return back < length ? back : 0;
  }
  return 0;
}
