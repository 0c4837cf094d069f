// Room for many at once, of which each has a share: one who takes all of theirs keeps nobody else out.

/** The room. */
export class SharedRoom {
  readonly #counts = new Map<string, number>();
  readonly #most: { readonly all: number; readonly ofOne: number };
  #all = 0;

  /** `all`: how many there may be; `ofOne`: of one of those who share it. */
  constructor(most: { readonly all: number; readonly ofOne: number }) {
    this.#most = most;
  }

  /** Whether one more may come, of this one's. */
  hasRoom(one: string): boolean {
    return this.#all < this.#most.all && this.#countOf(one) < this.#most.ofOne;
  }

  /** Counts one who is there, until it is disposed of. Whoever comes asked whether there is room. */
  enter(one: string): Disposable {
    this.#add(one, 1);
    return { [Symbol.dispose]: () => this.#add(one, -1) };
  }

  #add(one: string, change: number): void {
    const count = this.#countOf(one) + change;
    this.#all += change;
    if (count === 0) this.#counts.delete(one);
    else this.#counts.set(one, count);
  }

  #countOf(one: string): number {
    return this.#counts.get(one) ?? 0;
  }
}
