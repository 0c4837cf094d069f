// A gate for each sender: many at a time from one of them must not keep all others waiting.
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';

interface Entered {
  readonly gate: Gate;
  count: number;
}

/** The gates of those who have anything under way. */
export class SenderGates {
  readonly #places: number;
  readonly #entered = new Map<Id, Entered>();

  /** @param places how many of one sender's may be inside at once */
  constructor(places: number) {
    this.#places = places;
  }

  /** Does the work once its sender has a place for it. */
  async pass<Result>(senderId: Id, work: () => Promise<Result>): Promise<Result> {
    const entered = this.#entered.get(senderId) ?? { gate: new Gate(this.#places), count: 0 };
    entered.count += 1;
    this.#entered.set(senderId, entered);
    try {
      return await entered.gate.pass(work);
    } finally {
      entered.count -= 1;
      if (entered.count === 0) this.#entered.delete(senderId);
    }
  }
}
