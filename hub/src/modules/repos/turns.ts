// Lets one change of a repository go on at a time in this process. The database's lock on the repository's row is what
// decides; waiting here instead keeps those who wait from holding a connection each.

/** Queues by key. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Does the work once all work with the same key that came before has ended. */
  async take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key);
    const turn = Promise.withResolvers<void>();
    this.#last.set(key, turn.promise);
    try {
      await before;
      return await work();
    } finally {
      turn.resolve();
      if (this.#last.get(key) === turn.promise) this.#last.delete(key);
    }
  }
}
