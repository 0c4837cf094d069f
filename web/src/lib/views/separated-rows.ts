// Rows of values between commas (RFC 4180) or tabs. Pure. They are found among the bytes, so that a step can end anywhere.
import { MOST_COLUMNS, shorten } from './sheet.ts';

/** How rows are written, and how many are wanted. */
export interface RowWish {
  /** The byte between values. */
  readonly delimiter: number;
  /** Whether the bytes go to the end of the file: only then is what has no end of a line a row. */
  readonly whole: boolean;
  readonly most: number;
}

const [QUOTE, LINE, RETURN] = [0x22, 0x0a, 0x0d];
/** A value is cut behind this; one letter is four bytes at most. */
const MOST_BYTES = 4_096;
const DECODER = new TextDecoder();

/** The rows that are whole among the bytes, and how many bytes they take. */
export function readRows(bytes: Uint8Array, wish: RowWish): { rows: string[][]; used: number } {
  const rows: string[][] = [];
  let used = 0;
  while (rows.length < wish.most && used < bytes.length) {
    const row = readRow(bytes, used, wish);
    if (row === undefined) break;
    used = row.end;
    // An empty line is no row.
    if (row.values.length > 1 || row.values[0] !== '') rows.push(row.values);
  }
  return { rows, used };
}

function readRow(
  bytes: Uint8Array,
  start: number,
  { delimiter, whole }: RowWish,
): { values: string[]; end: number } | undefined {
  const values: string[] = [];
  let at = start;
  for (;;) {
    const field = bytes[at] === QUOTE ? quoted(bytes, at) : bare(bytes, at, delimiter);
    if (values.length < MOST_COLUMNS) values.push(field.text);
    // What stands between the closing quote and the delimiter belongs nowhere.
    at = bare(bytes, field.end, delimiter).end;
    if (at >= bytes.length) return whole ? { values, end: bytes.length } : undefined;
    if (bytes[at] === LINE) return { values, end: at + 1 };
    at += 1;
  }
}

function bare(bytes: Uint8Array, start: number, delimiter: number): { text: string; end: number } {
  let end = start;
  while (end < bytes.length && bytes[end] !== delimiter && bytes[end] !== LINE) end += 1;
  const last = bytes[end - 1] === RETURN && bytes[end] !== delimiter && end > start ? end - 1 : end;
  return { text: decode(bytes, start, last), end };
}

function quoted(bytes: Uint8Array, start: number): { text: string; end: number } {
  let end = start + 1;
  let doubled = false;
  while (end < bytes.length) {
    if (bytes[end] !== QUOTE) end += 1;
    else if (bytes[end + 1] === QUOTE) [end, doubled] = [end + 2, true];
    else break;
  }
  const text = decode(bytes, start + 1, end);
  return { text: doubled ? text.replaceAll('""', '"') : text, end: end + 1 };
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return shorten(DECODER.decode(bytes.subarray(start, Math.min(end, start + MOST_BYTES))));
}

/** Which of a few bytes the first line has most of: there is no other way to know. */
export function guessDelimiter(bytes: Uint8Array): number {
  const end = bytes.indexOf(LINE);
  const line = bytes.subarray(0, Math.min(end === -1 ? bytes.length : end, 65_536));
  const counts = [0x2c, 0x3b, 0x09, 0x7c].map((byte) => ({
    byte,
    count: line.reduce((sum, one) => (one === byte ? sum + 1 : sum), 0),
  }));
  return counts.reduce((most, one) => (one.count > most.count ? one : most)).byte;
}
