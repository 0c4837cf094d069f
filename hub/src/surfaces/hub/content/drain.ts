// Lets a client that was refused in the middle of its body see the answer instead of a broken connection.
import { type Readable } from 'node:stream';

/** The bytes of a body; who stops reading them does not end the connection, over which the answer must still go. */
export function unbroken(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** Reads on and forgets, up to a number of bytes and milliseconds. */
export async function drain(
  body: AsyncIterable<Buffer>,
  limits: { readonly bytes: number; readonly time: number },
): Promise<void> {
  const until = performance.now() + limits.time;
  let left = limits.bytes;
  try {
    for await (const chunk of body) {
      left -= chunk.length;
      if (left < 0 || performance.now() > until) return;
    }
  } catch {
    // The connection is gone, and with it whoever wanted the answer.
  }
}
