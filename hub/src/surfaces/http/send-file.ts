// Answers HEAD and GET for one file: conditions, ranges and bytes, from memory or from the object store.
// Invariant: the status and length are decided before the first byte is sent, and an answer that cannot keep them
// ends with a destroyed connection, never with padding or an early end that looks complete.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { KiB } from '@holdfast/kernel/size';
import type { BufferPool } from '@holdfast/platform/buffer-pool';
import { pumpFile } from '@holdfast/platform/byte-pump';
import { pumpSource } from '@holdfast/platform/source-pump';
import type { OpenObject } from '@holdfast/platform/objects/store';
import { planAnswer, type AnswerPlan, type PlannedFile } from './answer-plan.ts';
import type { ByteRange } from './byte-range.ts';
import type { Endings } from './endings.ts';

/** Bytes that are open, whatever they are called in their store. */
export type OpenBytes = Pick<OpenObject, 'size' | 'fd' | 'read'> & AsyncDisposable;

/** A file that can be sent. */
export interface SendableFile extends PlannedFile {
  /** The bytes, or how to get at them; called only for an answer that carries some. */
  readonly content: Uint8Array | (() => Promise<Uint8Array | OpenBytes>);
}

/** What sending needs beside the file. */
export interface SendingOptions {
  readonly buffers: BufferPool;
  readonly signal?: AbortSignal | undefined;
  /** Where a small answer waits for the end of the turn; without it, it ends at once. */
  readonly endings?: Endings | undefined;
  /** How long a peer may take to accept a buffer of up to 1 MiB, in milliseconds. */
  readonly slowAfterMs?: number | undefined;
}

/** What was answered. */
export interface SentFile {
  readonly status: AnswerPlan['status'];
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
  return await sendPlan(exchange, planAnswer(exchange.request, file), { file, ...options });
}

/** Answers as was planned; throws as `sendFile` does. */
export async function sendPlan(
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse },
  plan: AnswerPlan,
  options: SendingOptions & { readonly file: Pick<SendableFile, 'content' | 'size'> },
): Promise<SentFile> {
  const { response } = exchange;
  const { file } = options;
  if (exchange.request.method === 'HEAD' || plan.pieces.length === 0) {
    response.writeHead(plan.status, plan.headers);
    end(response, options.endings);
    return { status: plan.status, bytes: 0, complete: true };
  }
  const content = typeof file.content === 'function' ? await file.content() : file.content;
  if (content instanceof Uint8Array) return sendBytes(plan, content, { response, endings: options.endings });
  await using object = content;
  if (object.size !== file.size) throw new Error(`an object is ${object.size} bytes long, not ${file.size}`);
  response.writeHead(plan.status, plan.headers);
  return await sendObject(plan, { response, object, options });
}

function sendBytes(
  plan: AnswerPlan,
  content: Uint8Array,
  { response, endings }: { readonly response: ServerResponse; readonly endings: Endings | undefined },
): SentFile {
  const chunks = plan.pieces.map((piece) =>
    piece instanceof Uint8Array ? piece : content.subarray(piece.start, piece.end),
  );
  response.writeHead(plan.status, plan.headers);
  const [only] = chunks;
  const body = only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks);
  if (body.length <= ONE_WRITE) end(response, endings, asText(body));
  else response.end(body);
  return { status: plan.status, bytes: sizeOf(plan), complete: true };
}

function end(response: ServerResponse, endings: Endings | undefined, text?: string): void {
  if (endings !== undefined) endings.add(response, text, 'latin1');
  else if (text === undefined) response.end();
  else response.end(text, 'latin1');
}

/** Small bodies leave in one write with their head, as text that is one byte a letter; two buffers would take writev. */
const ONE_WRITE = 16 * KiB;

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function sizeOf(plan: AnswerPlan): number {
  return plan.pieces.reduce(
    (sum, piece) => (piece instanceof Uint8Array ? sum : sum + piece.end - piece.start),
    0,
  );
}

interface Sending {
  readonly response: ServerResponse;
  readonly object: OpenBytes;
  readonly options: SendingOptions;
}

async function sendObject(plan: AnswerPlan, sending: Sending): Promise<SentFile> {
  const { response } = sending;
  let bytes = 0;
  for (const piece of plan.pieces) {
    if (piece instanceof Uint8Array) {
      response.write(piece);
      continue;
    }
    const sent = await sendRange(piece, sending);
    bytes += sent;
    if (sent < piece.end - piece.start) return { status: plan.status, bytes, complete: false };
  }
  response.end();
  return { status: plan.status, bytes, complete: true };
}

/** Sends one range; fewer bytes than it has mean that the peer has gone. */
async function sendRange(range: ByteRange, { response, object, options }: Sending): Promise<number> {
  if (object.fd !== undefined) {
    return (await pumpFile({ ...range, ...options, fd: object.fd, to: response })).bytes;
  }
  const source = object.read(range, options.signal);
  return await pumpSource({ ...options, source, to: response });
}
