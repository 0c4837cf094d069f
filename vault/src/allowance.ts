// How often something may happen: so many at once, refilled over time. Pure but for the time that it is told.

/** What else an allowance may be told. */
export interface AllowanceTerms {
  /** Of how many names it is remembered; others wait. */
  readonly names?: number;
  /** How many a name has at `since`, in milliseconds, of which nothing is known; more come with time as for all. */
  readonly first?: number;
  readonly since?: number;
}

/** A bucket of tokens for each name. */
export class Allowance {
  readonly #most: number;
  readonly #perSecond: number;
  readonly #names: number;
  readonly #unseen: Bucket;
  readonly #left = new Map<string, Bucket>();

  /** @param most at once @param perSecond how many come back */
  constructor(most: number, perSecond: number, terms: AllowanceTerms = {}) {
    this.#most = most;
    this.#perSecond = perSecond;
    this.#names = terms.names ?? Infinity;
    this.#unseen = { tokens: terms.first ?? most, at: terms.since ?? 0 };
  }

  /** Takes one; `false`: there is none. `now` in milliseconds. */
  take(name: string, now: number): boolean {
    const full = this.#filled(this.#left.get(name) ?? this.#unseen, now);
    if (this.#left.size >= Math.min(10_000, this.#names)) this.#forget(now);
    // One that was forgotten to make room would have all its tries again.
    if (this.#left.size >= this.#names && !this.#left.has(name)) return false;
    this.#left.set(name, { tokens: full < 1 ? full : full - 1, at: now });
    return full >= 1;
  }

  // A clock that was set back takes nothing away: else nobody would be let through until it is where it was.
  #filled({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.#most, tokens + (Math.max(0, now - at) / 1_000) * this.#perSecond);
  }

  // Those that are full again are as if they had never been.
  #forget(now: number): void {
    for (const [name, bucket] of this.#left)
      if (this.#filled(bucket, now) >= this.#most) this.#left.delete(name);
  }
}

interface Bucket {
  readonly tokens: number;
  readonly at: number;
}
