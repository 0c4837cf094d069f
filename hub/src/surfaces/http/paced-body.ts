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
  /** Waited for when all has come, before the end is told. */
  readonly whenWhole?: () => Promise<void>;
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
  using waiting = new Waiting(signal, refusals);
  try {
    while (true) {
      const since = performance.now();
      const next = await waiting.forChunk(chunks.next(), since + Math.max(0, patience));
      if (next.done === true) {
        await options.whenWhole?.();
        return;
      }
      patience += (next.value.length / pace.bytesPerSecond) * 1000 - (performance.now() - since);
      patience = Math.min(patience, pace.savedMs ?? Infinity);
      yield next.value;
    }
  } finally {
    // Not awaited: it answers only once the chunk that is waited for has come.
    void chunks.return?.().then(undefined, () => undefined);
  }
}

/** Milliseconds that a timer holds. */
const LONGEST = 2 ** 31 - 1;

/**
 * Waits for one chunk after the other. A body has tens of thousands of them: it has one timer for all, which looks when it
 * rings whether anybody has waited too long, and listens to the signal once.
 */
class Waiting implements Disposable {
  readonly #signal: AbortSignal | undefined;
  readonly #refusals: NonNullable<PacedOptions['refusals']>;
  readonly #abort = (): void => this.#reject?.(this.#signal?.reason as Error);
  #reject: ((reason: Error) => void) | undefined;
  #deadline = Infinity;
  #timer: NodeJS.Timeout | undefined;
  #rings = Infinity;

  constructor(signal: AbortSignal | undefined, refusals: NonNullable<PacedOptions['refusals']>) {
    this.#signal = signal;
    this.#refusals = refusals;
    // Once an answer was given, nobody tells a request that its connection is gone: only the signal ends this then.
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /** The chunk, if it comes before the deadline. */
  forChunk<T>(chunk: Promise<T>, deadline: number): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#deadline = deadline;
      if (this.#signal?.aborted === true) this.#abort();
      if (deadline < this.#rings) this.#ringAt(deadline);
      chunk.then(
        (value) => this.#settle(() => resolve(value)),
        (cause: unknown) => this.#settle(() => reject(this.#refusals.cutOff(cause))),
      );
    });
  }

  #settle(end: () => void): void {
    this.#deadline = Infinity;
    end();
  }

  #ringAt(deadline: number): void {
    clearTimeout(this.#timer);
    this.#rings = deadline;
    const wait = Math.min(LONGEST, Math.max(0, deadline - performance.now()));
    this.#timer = setTimeout(() => this.#look(), wait);
  }

  #look(): void {
    this.#rings = Infinity;
    if (performance.now() >= this.#deadline) this.#reject?.(this.#refusals.tooSlow());
    else if (this.#deadline < Infinity) this.#ringAt(this.#deadline);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }
}
