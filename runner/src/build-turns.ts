// Turns for builds: what was built before is found without one, as else whoever wakes a Space would wait for the builds of others.
import { Turns } from './turns.ts';

/** How something is come by. */
interface Steps<Result> {
  /** `undefined`: it has to be made. */
  readonly find: () => Promise<Result | undefined>;
  /** May find it, too: somebody may have made it meanwhile. */
  readonly make: () => Promise<Result>;
}

/** How a turn is waited for: `waits` is called where it is, and the signal ends that with its reason. */
interface Waiting {
  readonly signal: AbortSignal;
  readonly waits: () => void;
}

/** The turns of one machine. */
export class BuildTurns {
  readonly #turns: Turns;
  readonly #own = new Map<string, Turns>();

  constructor(atOnce: number) {
    this.#turns = new Turns(atOnce);
  }

  /** Finds it at once, or makes it once it is this namespace's turn. Throws the signal's reason. */
  async findOrMake<Result>(
    namespace: string,
    { find, make }: Steps<Result>,
    { signal, waits }: Waiting,
  ): Promise<Result> {
    const found = await find();
    if (found !== undefined) return found;
    // One after the other for each namespace, so that nobody's builds hold up everybody else's.
    using _own = await this.#of(namespace).take(signal, waits);
    using _turn = await this.#turns.take(signal, waits);
    return await make();
  }

  #of(namespace: string): Turns {
    const known = this.#own.get(namespace) ?? new Turns(1);
    this.#own.set(namespace, known);
    return known;
  }
}
