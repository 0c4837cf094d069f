// Memory that many requests share: each waits until there is room for what it wants to hold.

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/** A number of bytes that may be held at once. */
export class ByteBudget {
  readonly #limit: number;
  readonly #waiting = new Set<Waiting>();
  #held = 0;

  /** @param limit in bytes; a single holder may want all of it and not more */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Waits until so many bytes are free, and holds them until the result is disposed. Those who want little do not wait
   * behind those who want much. Throws the reason of the signal.
   */
  async take(bytes: number, signal: AbortSignal): Promise<Disposable> {
    if (bytes > this.#limit) throw new Error(`${bytes} bytes are more than the whole budget`);
    signal.throwIfAborted();
    if (this.#held + bytes > this.#limit) await this.#wait(bytes, signal);
    else this.#held += bytes;
    let held = true;
    return {
      [Symbol.dispose]: () => {
        if (held) this.#leave(bytes);
        held = false;
      },
    };
  }

  async #wait(bytes: number, signal: AbortSignal): Promise<void> {
    const turn = Promise.withResolvers<void>();
    const waiting: Waiting = { bytes, enter: turn.resolve };
    const abort = (): void => {
      if (this.#waiting.delete(waiting)) turn.reject(signal.reason);
    };
    this.#waiting.add(waiting);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #leave(bytes: number): void {
    this.#held -= bytes;
    for (const waiting of this.#waiting) {
      if (this.#held + waiting.bytes > this.#limit) continue;
      this.#waiting.delete(waiting);
      this.#held += waiting.bytes;
      waiting.enter();
    }
  }
}
