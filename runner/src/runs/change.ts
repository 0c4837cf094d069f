// A point in time after which a plan is not what is wanted any more.

/** What has not been changed yet. */
export class Change {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on something else is wanted. */
  happen(): void {
    this.#controller.abort();
  }

  /** Settles when it happens, or after this many milliseconds; `true` when it happened. */
  async within(ms?: number): Promise<boolean> {
    const { signal } = this.#controller;
    if (signal.aborted) return true;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = ms === undefined ? undefined : setTimeout(resolve, ms, undefined);
    const settle = (): void => {
      resolve(undefined);
    };
    signal.addEventListener('abort', settle);
    await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', settle);
    return signal.aborted;
  }
}
