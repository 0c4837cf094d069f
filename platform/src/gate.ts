// Lets so many at a time do something; the others wait in the order in which they came.

/** How many may wait, and what the next one is told. */
export interface Queue {
  readonly most: number;
  readonly refuse: () => Error;
}

/** A number of places. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  readonly #queue: Queue | undefined;
  #free: number;

  /**
   * @param places how many may be inside at once
   * @param queue absent where no stranger can make it long
   */
  constructor(places: number, queue?: Queue) {
    this.#free = places;
    this.#queue = queue;
  }

  /** Does the work once there is a place for it. Throws what the queue says where it is full. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else if (this.#queue !== undefined && this.#waiting.length >= this.#queue.most)
      throw this.#queue.refuse();
    else await new Promise<void>((enter) => this.#waiting.push(enter));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
