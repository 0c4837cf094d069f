// Has the supervisor remember which removal was written down last, where this process cannot write.
import { type ChainHead } from '@holdfast/platform/chained-records';
import { HeadKept } from '@holdfast/supervisor/settings';

// A supervisor that does not answer keeps nobody from taking access away.
const PATIENCE_MS = 2_000;

/** The heads that were sent and not answered yet. */
export class KeptHeads {
  readonly #send: (frame: object) => void;
  readonly #waiting = new Map<number, () => void>();

  constructor(send: (frame: object) => void) {
    this.#send = send;
  }

  /** Sends a head; resolves when it is remembered, or late. */
  async keep({ n, mac }: ChainHead): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    this.#waiting.set(n, resolve);
    this.#send({ type: 'removals-head', n, mac });
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(n);
  }

  /** Whether a frame is an answer to one. */
  hear(frame: unknown): boolean {
    const answer = HeadKept.safeParse(frame);
    if (!answer.success) return false;
    // Of those that came while another was written down the last one is, which stands for the others.
    for (const [n, resolve] of this.#waiting) if (n <= answer.data.n) resolve();
    return true;
  }
}
