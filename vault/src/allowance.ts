// How often something may happen: so many at once, refilled over time. Pure but for the time that it is told.

/** A bucket of tokens for each name. */
export class Allowance {
  readonly #most: number;
  readonly #perSecond: number;
  readonly #names: number;
  readonly #left = new Map<string, { tokens: number; at: number }>();

  /** @param most at once @param perSecond how many come back @param names of how many it is remembered; others wait */
  constructor(most: number, perSecond: number, names = Infinity) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#names = names;
  }

  /** Takes one; `false`: there is none. `now` in milliseconds. */
  take(name: string, now: number): boolean {
    const { tokens, at } = this.#left.get(name) ?? { tokens: this.#most, at: now };
    const full = Math.min(this.#most, tokens + ((now - at) / 1_000) * this.#perSecond);
    if (this.#left.size >= Math.min(10_000, this.#names)) this.#forget(now);
    // One that was forgotten to make room would have all its tries again.
    if (this.#left.size >= this.#names && !this.#left.has(name)) return false;
    this.#left.set(name, { tokens: full < 1 ? full : full - 1, at: now });
    return full >= 1;
  }

  // Those that are full again are as if they had never been.
  #forget(now: number): void {
    for (const [name, { tokens, at }] of this.#left)
      if (tokens + ((now - at) / 1_000) * this.#perSecond >= this.#most) this.#left.delete(name);
  }
}
