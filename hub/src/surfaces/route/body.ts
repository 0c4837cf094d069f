// Reads request bodies whole, within a limit and a time.
import { type IncomingMessage } from 'node:http';
import { type BodyKind } from './route.ts';
import { bodyMalformed, bodyTooLarge, bodyTooSlow } from './faults.ts';

/** What a body may cost. Bytes and milliseconds. */
export interface BodyLimits {
  readonly bytes: number;
  readonly time: number;
}

/** Reads a body of the given kind. Throws `request.body-too-large`, `.body-malformed`, `.body-too-slow`. */
export async function readBody(
  request: IncomingMessage,
  kind: BodyKind,
  limits: BodyLimits,
): Promise<unknown> {
  if (kind === 'none' || kind === 'stream') return undefined;
  const bytes = await readBytes(request, limits);
  if (bytes.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (kind === 'json-or-form' && type.startsWith('application/x-www-form-urlencoded'))
    return parseForm(bytes);
  refuseNul(bytes);
  return parseJson(bytes);
}

/** All bytes of a body. */
export async function readBytes(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) throw bodyTooLarge(limits.bytes);
  const chunks: Buffer[] = [];
  let total = 0;
  // A whole-body deadline, so that one byte a second does not hold a connection for ever (slow POST).
  const timer = setTimeout(() => request.destroy(bodyTooSlow()), limits.time);
  try {
    // A body that is refused half-way must not take the connection with it, over which the answer has to go.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      total += chunk.length;
      if (total > limits.bytes) throw bodyTooLarge(limits.bytes);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

// No text in PostgreSQL can hold a NUL. An escaped backslash before `u0000` is text like any other.
const NUL = /(?<!\\)(?:\\\\)*\\u0000/;

function refuseNul(bytes: Buffer): void {
  if (bytes.includes('\\u0000') && NUL.test(bytes.toString('latin1')))
    throw bodyMalformed('it holds a NUL character');
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** JSON from bytes that must be UTF-8. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(DECODER.decode(bytes));
  } catch (error) {
    throw bodyMalformed(error instanceof SyntaxError ? 'it is not JSON' : 'it is not UTF-8');
  }
}

// A repeated field becomes a list; a single one stays text. No prototype can be reached through a field's name.
function parseForm(bytes: Buffer): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [key, value] of new URLSearchParams(bytes.toString('utf8'))) {
    const before = fields[key];
    if (before === undefined) fields[key] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[key] = [before, value];
  }
  return fields;
}
