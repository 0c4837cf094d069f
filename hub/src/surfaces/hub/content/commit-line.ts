// One line of a commit's body. A long content is taken out of the line before the rest is parsed as JSON, so that it is
// never held as text beside its bytes.
import { Buffer, isUtf8 } from 'node:buffer';
import { bodyMalformed } from '../../route/faults.ts';
import { parseJson } from '../../route/body.ts';

/** A line as JSON, with a long text in it kept as the bytes it came in. */
export interface ParsedLine {
  readonly json: unknown;
  /** Stands in the JSON where the text was. */
  readonly long: Buffer | undefined;
}

/** Texts above this size are taken out. */
const LONG = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What stands for a text that was taken out. No path or revision can hold it. */
export const LONG_TEXT = '\u0000long';

/** The line as JSON. Throws `request.body-malformed`. */
export function parseLine(line: Buffer): ParsedLine {
  const long = line.length > LONG ? findLong(line) : undefined;
  if (long === undefined) return { json: parseJson(line), long: undefined };
  const rest = [line.subarray(0, long.start), Buffer.from('\\u0000long'), line.subarray(long.end)];
  return { json: parseJson(Buffer.concat(rest)), long: line.subarray(long.start, long.end) };
}

/** The first long text without escapes: those with some are left to the JSON parser. */
function findLong(line: Buffer): { start: number; end: number } | undefined {
  for (let at = line.indexOf(QUOTE); at !== -1;) {
    const start = at + 1;
    const end = endOfText(line, start);
    if (end === -1) return undefined;
    if (end - start > LONG && !line.subarray(start, end).includes(BACKSLASH)) return { start, end };
    at = line.indexOf(QUOTE, end + 1);
  }
  return undefined;
}

/** Where the quote is that ends the text. */
function endOfText(line: Buffer, start: number): number {
  for (let at = start; ;) {
    const quote = line.indexOf(QUOTE, at);
    if (quote === -1) return -1;
    let slashes = 0;
    while (quote - slashes > start && line[quote - slashes - 1] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return quote;
    at = quote + 1;
  }
}

/** The bytes that a content stands for. Throws `request.body-malformed`. */
export function decodeContent(
  content: string,
  encoding: 'base64' | 'utf-8',
  long: Buffer | undefined,
): Buffer {
  const source = content === LONG_TEXT && long !== undefined ? long : content;
  if (encoding === 'base64') {
    const bytes = decodeBase64(source);
    if (bytes === undefined) throw bodyMalformed('a content is not base64');
    return bytes;
  }
  // A copy: the line's memory is given back before the content is stored.
  if (typeof source !== 'string') {
    if (!isUtf8(source)) throw bodyMalformed('a content is not UTF-8');
    return Buffer.from(source);
  }
  if (!source.isWellFormed()) throw bodyMalformed('a content is not UTF-8');
  return Buffer.from(source);
}

/** Characters decoded at once; a multiple of four, each of which is three bytes. */
const STEP = 256 * 1024;

/** Base64 as bytes; `undefined` for what is not exactly that. Node itself passes over what it does not know. */
export function decodeBase64(source: string | Buffer): Buffer | undefined {
  const end = source.length - padding(source);
  if (end % 4 === 1) return undefined;
  const bytes = Buffer.allocUnsafe(Math.floor((end * 3) / 4));
  let at = 0;
  for (let start = 0; start < end; start += STEP) {
    const stop = Math.min(start + STEP, end);
    const text =
      typeof source === 'string' ? source.slice(start, stop) : source.toString('latin1', start, stop);
    const written = bytes.write(text, at, 'base64');
    if (written !== Math.floor(((stop - start) * 3) / 4)) return undefined;
    at += written;
  }
  return bytes;
}

function padding(source: string | Buffer): number {
  const last =
    typeof source === 'string' ? source.slice(-2) : source.toString('latin1', Math.max(0, source.length - 2));
  return last === '==' ? 2 : last.endsWith('=') ? 1 : 0;
}
