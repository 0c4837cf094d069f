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

/** What ends the waiting for a body. */
export interface PacedOptions {
  readonly pace?: Pace;
  readonly signal?: AbortSignal;
}

/**
 * The chunks of a body. Throws `upload.too-slow`, `upload.cut-off` when the connection ends before the body, or the
 * reason of the signal.
 */
export async function* pacedBody(body: Readable, options: PacedOptions = {}): AsyncGenerator<Uint8Array> {
  const { pace = PACE, signal } = options;
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  let received = 0;
  let waited = 0;
  try {
    while (true) {
      const since = performance.now();
      const patience = pace.graceMs + (received / pace.bytesPerSecond) * 1000 - waited;
      const next = await within(chunks.next(), patience, signal);
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

function within<T>(chunk: Promise<T>, ms: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => settle(() => reject(signal?.reason as Error));
    const timer = setTimeout(() => settle(() => reject(uploadTooSlow())), Math.max(0, ms));
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      end();
    };
    // Once an answer was given, nobody tells a request that its connection is gone: only the signal ends this then.
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted === true) aborted();
    chunk.then(
      (value) => settle(() => resolve(value)),
      (cause: unknown) => settle(() => reject(uploadCutOff(cause))),
    );
  });
}
