// Numbers for users of sandboxes and doors: each that lives has one of its own, and gives it back.

/** Numbers from 0 on. */
export class Slots {
  readonly #count: number;
  readonly #taken = new Set<number>();
  #next = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** The number of whoever holds it; given back when disposed of. Throws a `RangeError` when all are taken. */
  take(): Disposable & { readonly number: number } {
    // Not the one that was given back last: what a dead one may have left belongs to nobody new for as long as possible.
    for (let tried = 0; tried < this.#count; tried += 1) {
      const number = (this.#next + tried) % this.#count;
      if (this.#taken.has(number)) continue;
      this.#taken.add(number);
      this.#next = number + 1;
      return { number, [Symbol.dispose]: () => this.#taken.delete(number) };
    }
    throw new RangeError(`all ${this.#count} sandboxes of this machine are taken`);
  }
}
