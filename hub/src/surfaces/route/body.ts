// Reads request bodies whole, within a limit and at a pace.
import { type IncomingMessage } from 'node:http';
import { KiB } from '@holdfast/kernel/size';
import { pacedBody, type Pace } from '../http/paced-body.ts';
import { type BodyShare } from './body-room.ts';
import { type BodyKind } from './route.ts';
import { bodyMalformed, bodyTooLarge, bodyTooSlow } from './faults.ts';

/** What a body may cost. Bytes and milliseconds. */
export interface BodyLimits {
  readonly bytes: number;
  readonly time: number;
}

/** The limits of a body that may be a form: of one with few bytes a field, a megabyte holds half a million. */
export interface FormLimits extends BodyLimits {
  readonly fields: number;
}

/** Slower than a bad line: who sends a byte now and then to hold memory is given up after a quarter of a minute. */
const PACE: Pace = { graceMs: 15_000, bytesPerSecond: 4 * KiB, savedMs: 15_000 };
const REFUSALS = { tooSlow: bodyTooSlow, cutOff: () => bodyMalformed('it was cut off') };

/** Whether a request announces a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads a body of the given kind, charging its sender. Throws `request.body-too-large`, `.body-malformed`,
 * `.body-too-slow`, `.busy`.
 */
export async function readBody(
  request: IncomingMessage,
  kind: Exclude<BodyKind, 'none' | 'stream'>,
  under: { readonly limits: FormLimits; readonly share: BodyShare },
): Promise<unknown> {
  const isForm = (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  // A page elsewhere may send plain text without being asked first; a form says what it is.
  if (kind === 'form' && !isForm) throw bodyMalformed('it is not a form');
  const bytes = await readBytes(request, under.limits, under.share);
  if (bytes.length === 0) return {};
  if (kind !== 'json' && isForm) return parseForm(bytes, under.limits.fields);
  refuseNul(bytes);
  return parseJson(bytes);
}

/** All bytes of a body that keeps moving. */
async function readBytes(request: IncomingMessage, limits: BodyLimits, share: BodyShare): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) throw bodyTooLarge(limits.bytes);
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(bodyTooSlow()), limits.time);
  try {
    const body = pacedBody(request, { pace: PACE, refusals: REFUSALS, signal: late.signal });
    return await gather(share.receive(body), limits.bytes);
  } finally {
    clearTimeout(timer);
  }
}

/** All bytes of an iterable. Throws `request.body-too-large`. */
export async function gather(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > limit) throw bodyTooLarge(limit);
    chunks.push(chunk);
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
function parseForm(bytes: Buffer, mostFields: number): Record<string, string | string[]> {
  // Counted before anything is made of them: each costs more than its bytes, here and in all that looks at it later.
  if (hasMoreFields(bytes, mostFields)) throw bodyMalformed(`it has more than ${mostFields} fields`);
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [key, value] of new URLSearchParams(bytes.toString('utf8'))) {
    if (key.includes('\0') || value.includes('\0')) throw bodyMalformed('it holds a NUL character');
    const before = fields[key];
    if (before === undefined) fields[key] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[key] = [before, value];
  }
  return fields;
}

function hasMoreFields(bytes: Buffer, most: number): boolean {
  let at = -1;
  for (let fields = 1; fields <= most; fields += 1) {
    at = bytes.indexOf(0x26, at + 1); // &
    if (at === -1) return false;
  }
  return true;
}
