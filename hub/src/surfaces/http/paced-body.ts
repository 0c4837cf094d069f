// A request body that must keep moving. Only the time spent waiting for the sender counts, so that a slow disk on our
// side is not held against a fast one; who sends a byte a minute to hold a connection and its buffers is cut off.
import { type Readable } from 'node:stream';
import { KiB } from '@holdfast/kernel/size';
import { uploadCutOff, uploadTooSlow } from '#modules/blobs';

/** How slow a sender may be. */
export interface Pace {
  /** Waiting that is always allowed, in milliseconds. */
  readonly graceMs: number;
  /** Bytes that allow one more second of waiting. */
  readonly bytesPerSecond: number;
}

const PACE: Pace = { graceMs: 30_000, bytesPerSecond: 4 * KiB };

/** The chunks of a body. Throws `upload.too-slow`, or `upload.cut-off` when the connection ends before the body. */
export async function* pacedBody(body: Readable, pace: Pace = PACE): AsyncGenerator<Uint8Array> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  let received = 0;
  let waited = 0;
  try {
    while (true) {
      const since = performance.now();
      const patience = pace.graceMs + (received / pace.bytesPerSecond) * 1000 - waited;
      const next = await within(chunks.next(), patience);
      waited += performance.now() - since;
      if (next.done === true) return;
      received += next.value.length;
      yield next.value;
    }
  } finally {
    // Not awaited: it answers only once the chunk that is waited for has come.
    void chunks.return?.().then(undefined, () => undefined);
  }
}

function within<T>(chunk: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(uploadTooSlow()), Math.max(0, ms));
    chunk.then(resolve, (cause: unknown) => reject(uploadCutOff(cause))).finally(() => clearTimeout(timer));
  });
}
