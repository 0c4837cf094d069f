// Turns for what only a few may do at a time, in the order in which they came.

/** Hands out turns. */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** A turn, given back when disposed of. `waits` is called where it has to be waited for. Throws the signal's reason. */
  async take(signal: AbortSignal, waits: () => void): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free === 0) {
      waits();
      await this.#queue(signal);
    } else this.#free -= 1;
    return {
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#free += 1;
        else next();
      },
    };
  }

  async #queue(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const go = (): void => {
      resolve(undefined);
    };
    const leave = (): void => {
      const place = this.#waiting.indexOf(go);
      // One whose turn has come just now has it.
      if (place === -1) return;
      this.#waiting.splice(place, 1);
      reject(signal.reason as Error);
    };
    this.#waiting.push(go);
    signal.addEventListener('abort', leave, { once: true });
    await promise.finally(() => {
      signal.removeEventListener('abort', leave);
    });
  }
}
