// Reads the Range header (RFC 9110 §14) and frames answers with several ranges. Pure.
// Invariant: an answer never carries more of the file than the file has, plus bounded framing, whatever was asked;
// otherwise a header of a few kilobytes could ask for the same gigabyte a thousand times.

/** Bytes from `start` up to, but without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a Range header asks for. */
export type RangeRequest =
  | { readonly kind: 'whole' }
  | { readonly kind: 'ranges'; readonly ranges: readonly ByteRange[] }
  | { readonly kind: 'unsatisfiable' };

const MOST_RANGES = 64;
const LONGEST_HEADER = 2048;
const WHOLE: RangeRequest = { kind: 'whole' };
const RANGE = /^(\d*)-(\d*)$/;

/**
 * What the header asks of a representation of `size` bytes. What is malformed, of another unit or has too many ranges
 * is ignored, as the RFC has it. Ranges that overlap or touch are joined, the others keep their order.
 * An empty file answers a range that starts at its beginning as a whole.
 */
export function parseRange(header: string | undefined, size: number): RangeRequest {
  if (header === undefined || header.length > LONGEST_HEADER) return WHOLE;
  const list = /^bytes=(.*)$/i.exec(header.trim())?.[1];
  if (list === undefined) return WHOLE;
  const wishes = list
    .split(',')
    .map((wish) => wish.trim())
    .filter((wish) => wish !== '');
  if (wishes.length === 0 || wishes.length > MOST_RANGES) return WHOLE;
  const ranges: ByteRange[] = [];
  for (const wish of wishes) {
    const range = parseOne(wish, size);
    if (range === 'malformed') return WHOLE;
    if (range !== 'unsatisfiable') ranges.push(range);
  }
  if (ranges.length === 0) return { kind: 'unsatisfiable' };
  if (size === 0) return WHOLE;
  return { kind: 'ranges', ranges: joinOverlapping(ranges) };
}

function parseOne(wish: string, size: number): ByteRange | 'malformed' | 'unsatisfiable' {
  const match = RANGE.exec(wish);
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (first === '' && last === '') return 'malformed';
  if (first === '') {
    const length = Number(last);
    return length === 0 ? 'unsatisfiable' : { start: Math.max(0, size - length), end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < start) return 'malformed';
  // Byte 0 of an empty file is answered rather than refused: a client asks for it to learn the size.
  if (start >= size && !(size === 0 && start === 0)) return 'unsatisfiable';
  return { start, end };
}

/** The ranges as they are, or, if any two overlap or touch, sorted and joined. */
function joinOverlapping(ranges: readonly ByteRange[]): readonly ByteRange[] {
  const joined: ByteRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || range.start > last.end) joined.push(range);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, range.end) };
  }
  return joined.length === ranges.length ? ranges : joined;
}

/** The Content-Range of one range, or, without one, of an answer that carries none. */
export function contentRange(range: ByteRange | undefined, size: number): string {
  return range === undefined ? `bytes */${size}` : `bytes ${range.start}-${range.end - 1}/${size}`;
}

/** What a multipart/byteranges body is made of. */
export interface ByteRangesFrame {
  readonly contentType: string;
  /** The exact length of the whole body, in bytes. */
  readonly length: number;
  /** What is sent before the bytes of each range. */
  readonly parts: readonly { readonly head: Buffer; readonly range: ByteRange }[];
  readonly tail: Buffer;
}

/** Frames several ranges (RFC 9110 §14.6). The boundary must not be guessable, or a file could contain it. */
export function frameByteRanges(
  ranges: readonly ByteRange[],
  of: { readonly size: number; readonly contentType: string; readonly boundary: string },
): ByteRangesFrame {
  const parts = ranges.map((range, index) => ({
    head: Buffer.from(
      `${index === 0 ? '' : '\r\n'}--${of.boundary}\r\nContent-Type: ${of.contentType}\r\n` +
        `Content-Range: ${contentRange(range, of.size)}\r\n\r\n`,
      'latin1',
    ),
    range,
  }));
  const tail = Buffer.from(`\r\n--${of.boundary}--\r\n`, 'latin1');
  const length = parts.reduce(
    (sum, { head, range }) => sum + head.length + range.end - range.start,
    tail.length,
  );
  return { contentType: `multipart/byteranges; boundary=${of.boundary}`, length, parts, tail };
}
