// How many may follow logs and metrics at once: each holds a connection for as long as it likes.
import { type Id } from '@holdfast/kernel/id';
import { followersFull } from './faults.ts';

const MOST_OF_ONE = 50;
const MOST = 500;

/** Those who follow. */
export class Followers {
  readonly #counts = new Map<Id, number>();
  #all = 0;

  /** Takes a place until the result is disposed. Throws `space.followers-full`. */
  enter(space: Id): Disposable {
    const count = this.#counts.get(space) ?? 0;
    if (count >= MOST_OF_ONE || this.#all >= MOST) throw followersFull();
    this.#counts.set(space, count + 1);
    this.#all += 1;
    return {
      [Symbol.dispose]: () => {
        this.#all -= 1;
        const left = (this.#counts.get(space) ?? 1) - 1;
        if (left === 0) this.#counts.delete(space);
        else this.#counts.set(space, left);
      },
    };
  }
}
