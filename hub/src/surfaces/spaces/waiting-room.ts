// Requests that wait for a run to begin. Each Space has its share of the room: one that never begins, whose visitors ask again and again,
// keeps the visitors of no other out.

const MOST = 1_000;
const MOST_OF_ONE = 100;

/** The room. */
export class WaitingRoom {
  readonly #bySpace = new Map<string, number>();
  #all = 0;

  /** Whether one more may wait for this Space. */
  hasRoom(space: string): boolean {
    return this.#all < MOST && this.#countOf(space) < MOST_OF_ONE;
  }

  /** Counts one who waits, until it is disposed of. */
  enter(space: string): Disposable {
    this.#add(space, 1);
    return { [Symbol.dispose]: () => this.#add(space, -1) };
  }

  #add(space: string, change: number): void {
    const count = this.#countOf(space) + change;
    this.#all += change;
    if (count === 0) this.#bySpace.delete(space);
    else this.#bySpace.set(space, count);
  }

  #countOf(space: string): number {
    return this.#bySpace.get(space) ?? 0;
  }
}
