// The words about one run are heard one after the other; those about another run do not wait for them. A release waits for the
// notary, and what ends the run, or takes a secret away, does not wait for it: it ends the release.

/** A release or a grant that is under way. */
export interface Flight {
  readonly space: string;
  /** Why nothing may be handed over any more; `undefined`: it may. */
  over: string | undefined;
}

/** Words of one run that wait. A door says more only when somebody has taken it over, and keeps no end from being heard. */
const MOST_WAITING = { door: 1_000, runner: 2_000 } as const;

/** Whose turn it is. */
export class Turns {
  readonly #last = new Map<string, { done: Promise<void>; waiting: number }>();
  readonly #flights = new Map<string, Flight>();

  /** Does it once all that was said of the run before is done. `false`: too much waits already, and it is not done. */
  async take(
    run: string,
    act: () => Promise<void>,
    by: keyof typeof MOST_WAITING = 'runner',
  ): Promise<boolean> {
    const before = this.#last.get(run);
    if (before !== undefined && before.waiting >= MOST_WAITING[by]) return false;
    const turn = before ?? { done: Promise.resolve(), waiting: 0 };
    turn.waiting += 1;
    const doing = turn.done.then(act);
    turn.done = doing.catch(() => undefined); // who took the turn knows
    this.#last.set(run, turn);
    try {
      await doing;
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) this.#last.delete(run);
    }
    return true;
  }

  /** Begins what hands values over. Disposing of it ends that. */
  begin(run: string, space: string): Flight & Disposable {
    const flight = {
      ...{ space, over: undefined },
      [Symbol.dispose]: () => {
        if (this.#flights.get(run) === flight) this.#flights.delete(run);
      },
    };
    this.#flights.set(run, flight);
    return flight;
  }

  /** Nothing is handed over to the run any more. */
  end(run: string, why: string): void {
    const flight = this.#flights.get(run);
    if (flight !== undefined) flight.over ??= why;
  }

  /** Nothing is handed over to runs of the Space that are under way; to any, where none is named. */
  endAll(why: string, space?: string): void {
    for (const flight of this.#flights.values())
      if (space === undefined || flight.space === space) flight.over ??= why;
  }
}
