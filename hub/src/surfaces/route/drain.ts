// Lets a client that was refused in the middle of its body see the answer instead of a broken connection.
import { Fault } from '@holdfast/kernel/fault';
import { type IncomingMessage } from 'node:http';
import { type Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** The bytes of a body; who stops reading them does not end the connection, over which the answer must still go. */
export function unbroken(body: Readable): AsyncIterable<Buffer> {
  return body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** How long a refused client is listened to. Milliseconds. */
export interface Patience {
  readonly bytes: number;
  readonly time: number;
}

/** A client that sends nothing for so long has stopped, and waits for its answer. Milliseconds. */
const SILENCE = 2_000;

/** Reads on and forgets, up to a number of bytes and milliseconds, or until the client falls silent. */
export async function drain(body: AsyncIterable<Buffer>, limits: Patience): Promise<void> {
  const chunks = body[Symbol.asyncIterator]();
  const late = delay(limits.time, undefined, { ref: false });
  let left = limits.bytes;
  try {
    while (left >= 0) {
      const next = chunks.next();
      next.catch(() => undefined); // when it breaks after we stopped to wait for it
      const came = await Promise.race([next, late, delay(SILENCE, undefined, { ref: false })]);
      if (came === undefined || came.done === true) return;
      left -= came.value.length;
    }
  } catch {
    // The connection is gone, and with it whoever wanted the answer.
  }
}

/**
 * Does the work that reads the body; when there is no space for it, on the disk, within a quota or beside what else its sender
 * has on its way, listens a while longer, so that the refusal can be heard: a client that finds the connection broken sends it all again. Who lies about a size or has lost the right to send is cut off.
 */
export async function hearingFull<T>(
  request: IncomingMessage,
  patience: Patience,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Who waits to be invited has sent nothing, and reading would invite it.
    const invited = request.headers.expect === undefined;
    const full =
      error instanceof Fault &&
      (error.kind === 'full' || error.kind === 'limited' || error.code === 'quota.exceeded');
    if (full && invited && !request.complete) await drain(unbroken(request), patience);
    throw error;
  }
}
