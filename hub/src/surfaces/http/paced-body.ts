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
  /** The most waiting that fast bytes may earn for later, in milliseconds; without a bound where absent. */
  readonly savedMs?: number;
}

/** The pace of uploads, before what fast bytes may earn is bounded. */
export const UPLOAD_PACE: Pace = { graceMs: 30_000, bytesPerSecond: 4 * KiB };

/** What ends the waiting for a body. */
export interface PacedOptions {
  readonly pace?: Pace;
  readonly signal?: AbortSignal;
  /** What is thrown at the sender; `upload.too-slow` and `upload.cut-off` where absent. */
  readonly refusals?: { readonly tooSlow: () => Error; readonly cutOff: (cause: unknown) => Error };
}

const UPLOAD_REFUSALS = { tooSlow: uploadTooSlow, cutOff: uploadCutOff };

/**
 * The chunks of a body. Throws the refusals: a sender that is too slow, a connection that ends before the body; or the
 * reason of the signal.
 */
export async function* pacedBody(body: Readable, options: PacedOptions = {}): AsyncGenerator<Uint8Array> {
  const { pace = UPLOAD_PACE, signal, refusals = UPLOAD_REFUSALS } = options;
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>;
  let patience = pace.graceMs;
  try {
    while (true) {
      const since = performance.now();
      const next = await within(chunks.next(), { patience, signal, refusals });
      if (next.done === true) return;
      patience += (next.value.length / pace.bytesPerSecond) * 1000 - (performance.now() - since);
      patience = Math.min(patience, pace.savedMs ?? Infinity);
      yield next.value;
    }
  } finally {
    // Not awaited: it answers only once the chunk that is waited for has come.
    void chunks.return?.().then(undefined, () => undefined);
  }
}

interface Waiting {
  readonly patience: number;
  readonly signal: AbortSignal | undefined;
  readonly refusals: NonNullable<PacedOptions['refusals']>;
}

function within<T>(chunk: Promise<T>, { patience, signal, refusals }: Waiting): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => settle(() => reject(signal?.reason as Error));
    const late = (): void => settle(() => reject(refusals.tooSlow()));
    const timer = setTimeout(late, Math.max(0, patience));
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
      (cause: unknown) => settle(() => reject(refusals.cutOff(cause))),
    );
  });
}
