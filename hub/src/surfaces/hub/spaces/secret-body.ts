// Receives the body of a request that holds a secret: bytes that are never parsed here, nor made a string, and that are
// overwritten where they were received (threat 7).
import { type IncomingMessage } from 'node:http';
import { KiB } from '@holdfast/kernel/size';
import { pacedBody, type Pace } from '../../http/paced-body.ts';
import { bodyMalformed, bodyTooLarge, bodyTooSlow } from '../../route/faults.ts';

/** Room for a value of 32 KiB, also where a client writes each character of it as `\u0436`. */
export const MOST_BYTES = 128 * KiB;
const PACE: Pace = { graceMs: 15_000, bytesPerSecond: 4 * KiB, savedMs: 15_000 };
const REFUSALS = { tooSlow: bodyTooSlow, cutOff: () => bodyMalformed('it was cut off') };

/**
 * The bytes, in a buffer of its own that the caller overwrites. Throws `request.body-too-large`, `.body-malformed` and
 * `.body-too-slow`; nothing of it is left then.
 */
export async function receiveSecret(request: IncomingMessage): Promise<Uint8Array> {
  const bytes = Buffer.alloc(MOST_BYTES);
  let length = 0;
  try {
    if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw bodyTooLarge(MOST_BYTES);
    for await (const chunk of pacedBody(request, { pace: PACE, refusals: REFUSALS })) {
      if (length + chunk.length > MOST_BYTES) {
        chunk.fill(0);
        throw bodyTooLarge(MOST_BYTES);
      }
      bytes.set(chunk, length);
      length += chunk.length;
      chunk.fill(0);
    }
    return bytes.subarray(0, length);
  } catch (error) {
    bytes.fill(0);
    wipeRest(request);
    throw error;
  }
}

/** Has what still comes of a body that is refused be overwritten, too: the server takes it from the line all the same. */
export function wipeRest(request: IncomingMessage): void {
  request.on('data', (chunk: Uint8Array) => void chunk.fill(0)).resume();
}
