// Who is at which run, so that one which another follows is ended when nobody is there, and not before.
// Invariant: a run of which was said that it is left gets no visitor after that.
import { type Id } from '@holdfast/kernel/id';
import { type RunOfSpace } from './wish.ts';

interface Present {
  count: number;
  readonly space: Id;
  /** Whether its runner waits for the last of them. */
  isLeaving: boolean;
}

/** The visitors of this hub's runs. */
export class RunVisitors {
  readonly #left: (left: RunOfSpace) => void;
  readonly #present = new Map<Id, Present>();

  /** @param left called when nobody is at a run that leaves, and nobody will be sent there */
  constructor(left: (left: RunOfSpace) => void) {
    this.#left = left;
  }

  /** Somebody is sent to a run, until what is returned is disposed of. */
  enter(space: Id, run: Id): Disposable {
    const here = this.#present.get(run) ?? { count: 0, space, isLeaving: false };
    this.#present.set(run, here);
    here.count += 1;
    let isHere = true;
    return {
      [Symbol.dispose]: () => {
        if (!isHere) return;
        isHere = false;
        here.count -= 1;
        if (here.count > 0) return;
        this.#present.delete(run);
        if (here.isLeaving) this.#left({ space, run });
      },
    };
  }

  /** A runner says which runs of a Space leave. Visitors are sent to `serving`: that one is not said to be left, whatever it says. */
  seeOff(space: Id, leaving: readonly Id[], serving: Id | undefined): void {
    for (const run of leaving) {
      if (run === serving) continue;
      const here = this.#present.get(run);
      if (here === undefined) this.#left({ space, run });
      // Nobody says of a Space what concerns another.
      else if (here.space === space) here.isLeaving = true;
    }
  }
}
