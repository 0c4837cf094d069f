// Decides how a request for a file is answered: conditions, ranges, status, headers and what follows them. Pure.
import { randomBytes } from 'node:crypto';
import { contentRange, frameByteRanges, parseRange, type ByteRange } from './byte-range.ts';
import { allowsRange, matchesEtag } from './etag.ts';
import { fileHeaders } from './file-headers.ts';

/** What matters of a request. */
export interface FileRequest {
  readonly method?: string | undefined;
  readonly headers: {
    readonly range?: string | undefined;
    readonly 'if-none-match'?: string | undefined;
    readonly 'if-range'?: string | undefined;
  };
}

/** What matters of a file. */
export interface PlannedFile {
  /** Its path in the repository; decides media type and file name. */
  readonly path: string;
  readonly size: number;
  /** A strong entity tag, quoted. */
  readonly etag: string;
  /** Further headers, such as `X-Repo-Commit`; they win over those that `fileHeaders` gives. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Something to send: framing as it is, or a range of the file. */
export type Piece = Uint8Array | ByteRange;

/** Status, headers and what to send after them. */
export interface AnswerPlan {
  readonly status: 200 | 206 | 304 | 416;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly pieces: readonly Piece[];
}

/** Decides the answer from the request's method, conditions and range. */
export function planAnswer(request: FileRequest, file: PlannedFile): AnswerPlan {
  const { size, etag } = file;
  const headers = { ...fileHeaders(file.path), ETag: etag, ...file.headers };
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    return { status: 304, headers: withoutContent(headers), pieces: [] };
  }
  const header = request.headers.range;
  // HEAD ignores Range (RFC 9110 §14.2): its answer tells the size of the whole.
  const counts = request.method !== 'HEAD' && allowsRange(request.headers['if-range']?.toString(), etag);
  const wish = parseRange(counts ? header : undefined, size);
  if (wish.kind === 'unsatisfiable') {
    return planRefusal(headers, size);
  }
  if (wish.kind === 'whole') {
    // Clients ask an empty file for its first byte to read its size from Content-Range.
    const range =
      size === 0 && counts && header !== undefined ? { 'Content-Range': contentRange(undefined, 0) } : {};
    const pieces = size === 0 ? [] : [{ start: 0, end: size }];
    return { status: 200, headers: { ...headers, ...range, 'Content-Length': size }, pieces };
  }
  return planRanges(headers, wish.ranges, size);
}

function planRefusal(headers: Readonly<Record<string, string>>, size: number): AnswerPlan {
  const refusal = {
    'Content-Range': contentRange(undefined, size),
    'Content-Length': 0,
    'X-Error-Code': 'RangeNotSatisfiable',
    'X-Error-Message': `The file has ${size} bytes: the range asked for lies outside of it.`,
  };
  return { status: 416, headers: { ...withoutContent(headers), ...refusal }, pieces: [] };
}

function withoutContent(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(([name]) => !/^content-(type|disposition|length)$/i.test(name));
  return Object.fromEntries(kept);
}

function planRanges(
  headers: Readonly<Record<string, string>>,
  ranges: readonly ByteRange[],
  size: number,
): AnswerPlan {
  const [only, ...others] = ranges;
  if (only !== undefined && others.length === 0) {
    const single = { 'Content-Range': contentRange(only, size), 'Content-Length': only.end - only.start };
    return { status: 206, headers: { ...headers, ...single }, pieces: [only] };
  }
  const frame = frameByteRanges(ranges, {
    size,
    contentType: headers['Content-Type'] ?? 'application/octet-stream',
    boundary: randomBytes(15).toString('hex'),
  });
  const multiple = { 'Content-Type': frame.contentType, 'Content-Length': frame.length };
  const pieces = [...frame.parts.flatMap((part) => [part.head, part.range]), frame.tail];
  return { status: 206, headers: { ...headers, ...multiple }, pieces };
}
