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
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** A text from behind its first quote. */
export class LongText {
  readonly #spool: Spool;
  readonly #pieces: SpooledBytes[] = [];
  readonly #piece: Buffer;
  #filled = 0;
  /** The beginning of an escape whose end has not come yet. */
  #open: Buffer = Buffer.alloc(0);

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
    this.#open = Buffer.alloc(0);
    for (let at = 0; at < bytes.length;) {
      const quote = bytes.indexOf(QUOTE, at);
      const end = quote === -1 ? bytes.length : quote;
      const slash = bytes.subarray(at, end).indexOf(BACKSLASH);
      await this.#put(bytes.subarray(at, slash === -1 ? end : at + slash));
      if (slash === -1 && quote === -1) return undefined;
      if (slash === -1) return Buffer.from(bytes.subarray(quote + 1));
      const length = escapeLength(bytes.subarray(at + slash));
      if (length === undefined) {
        this.#open = Buffer.from(bytes.subarray(at + slash));
        return undefined;
      }
      await this.#put(unescape(bytes.toString('latin1', at + slash, at + slash + length)));
      at += slash + length;
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

  async #put(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const copied = bytes.copy(this.#piece, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled < PIECE) continue;
      this.#pieces.push(await this.#spool.append(this.#piece));
      this.#filled = 0;
    }
  }
}

/** Bytes of the escape at the start, two where it begins a pair; `undefined` while too few have come to know. */
function escapeLength(bytes: Buffer): number | undefined {
  if (bytes.length < 2) return undefined;
  if (bytes[1] !== 0x75) return 2;
  if (bytes.length < 6) return undefined;
  const high = /^\\u[dD][89abAB]/.test(bytes.toString('latin1', 0, 6));
  if (!high) return 6;
  return bytes.length < 12 ? undefined : 12;
}

function unescape(escape: string): Buffer {
  const simple = ESCAPES[escape.charAt(1)];
  if (simple !== undefined) return Buffer.from(simple);
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

/** Base64 as bytes; `undefined` for what is not exactly that. Node itself passes over what it does not know. */
export function decodeBase64(text: string): Buffer | undefined {
  const end = text.endsWith('==') ? text.length - 2 : text.endsWith('=') ? text.length - 1 : text.length;
  const bytes = Buffer.from(text.slice(0, end), 'base64');
  return end % 4 !== 1 && bytes.length === Math.floor((end * 3) / 4) ? bytes : undefined;
}

/** The refusal of a content that is not base64. */
export function notBase64(): Error {
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
