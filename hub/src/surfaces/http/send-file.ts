// Answers HEAD and GET for one file: conditions, ranges and bytes, from memory or from the object store.
// Invariant: the status and length are decided before the first byte is sent, and an answer that cannot keep them
// ends with a destroyed connection, never with padding or an early end that looks complete.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { BufferPool } from '@holdfast/platform/buffer-pool';
import { pumpFile } from '@holdfast/platform/byte-pump';
import type { OpenObject } from '@holdfast/platform/objects/store';
import { contentRange, frameByteRanges, parseRange, type ByteRange } from './byte-range.ts';
import { allowsRange, matchesEtag } from './etag.ts';
import { fileHeaders } from './file-headers.ts';

/** A file that can be sent. */
export interface SendableFile {
  /** Its path in the repository; decides media type and file name. */
  readonly path: string;
  readonly size: number;
  /** A strong entity tag, quoted. */
  readonly etag: string;
  /** Further headers, such as `X-Repo-Commit`; they win over those that `fileHeaders` gives. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes themselves, or how to open them; opened only for an answer that carries some. */
  readonly content: Uint8Array | (() => Promise<OpenObject>);
}

/** What sending needs beside the file. */
export interface SendingOptions {
  readonly buffers: BufferPool;
  readonly signal?: AbortSignal | undefined;
  /** How long a peer may take to accept a buffer of up to 1 MiB, in milliseconds. */
  readonly slowAfterMs?: number | undefined;
}

/** What was answered. */
export interface SentFile {
  readonly status: 200 | 206 | 304 | 416;
  /** Bytes of the file, without framing, that the connection accepted. */
  readonly bytes: number;
  /** Whether the answer was sent to its end. */
  readonly complete: boolean;
}

/**
 * Answers a request for a file. Throws before anything was sent when the file cannot be opened; later failures
 * destroy the connection, and are thrown when they are the store's fault rather than the peer's.
 */
export async function sendFile(
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  file: SendableFile,
  options: SendingOptions,
): Promise<SentFile> {
  const plan = planAnswer(exchange.request, file);
  const { response } = exchange;
  if (exchange.request.method === 'HEAD' || plan.pieces.length === 0) {
    response.writeHead(plan.status, plan.headers);
    response.end();
    return { status: plan.status, bytes: 0, complete: true };
  }
  if (typeof file.content !== 'function') {
    return sendBytes(response, plan, file.content);
  }
  await using object = await file.content();
  if (object.size !== file.size) throw new Error(`an object is ${object.size} bytes long, not ${file.size}`);
  response.writeHead(plan.status, plan.headers);
  return await sendObject(response, plan, object, options);
}

/** Something to send: framing as it is, or a range of the file. */
type Piece = Uint8Array | ByteRange;

interface Plan {
  readonly status: SentFile['status'];
  readonly headers: Readonly<Record<string, string | number>>;
  readonly pieces: readonly Piece[];
}

function planAnswer(request: IncomingMessage, file: SendableFile): Plan {
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

function planRefusal(headers: Readonly<Record<string, string>>, size: number): Plan {
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
): Plan {
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

function sendBytes(response: ServerResponse, plan: Plan, content: Uint8Array): SentFile {
  const chunks = plan.pieces.map((piece) =>
    piece instanceof Uint8Array ? piece : content.subarray(piece.start, piece.end),
  );
  response.writeHead(plan.status, plan.headers);
  response.end(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  return { status: plan.status, bytes: sizeOf(plan), complete: true };
}

function sizeOf(plan: Plan): number {
  return plan.pieces.reduce(
    (sum, piece) => (piece instanceof Uint8Array ? sum : sum + piece.end - piece.start),
    0,
  );
}

async function sendObject(
  response: ServerResponse,
  plan: Plan,
  object: OpenObject,
  options: SendingOptions,
): Promise<SentFile> {
  let bytes = 0;
  for (const piece of plan.pieces) {
    if (piece instanceof Uint8Array) {
      response.write(piece);
      continue;
    }
    const sent = await sendRange(response, piece, object, options);
    bytes += sent;
    if (sent < piece.end - piece.start) return { status: plan.status, bytes, complete: false };
  }
  response.end();
  return { status: plan.status, bytes, complete: true };
}

/** Sends one range; fewer bytes than it has mean that the peer has gone. */
async function sendRange(
  response: ServerResponse,
  range: ByteRange,
  object: OpenObject,
  options: SendingOptions,
): Promise<number> {
  if (object.fd !== undefined) {
    return (await pumpFile({ ...range, ...options, fd: object.fd, to: response })).bytes;
  }
  return await sendRead(response, object.read(range, options.signal));
}

/** Sends what is read, for a store without descriptors. */
async function sendRead(response: ServerResponse, source: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  let failure: { readonly cause: unknown } | undefined;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source) {
        yield chunk;
        bytes += chunk.length;
      }
    } catch (cause) {
      failure = { cause };
      throw cause;
    }
  };
  try {
    await pipeline(Readable.from(counted(), { objectMode: false }), response, { end: false });
  } catch {
    response.destroy();
    if (failure !== undefined) throw failure.cause; // else the peer has gone
  }
  return bytes;
}
