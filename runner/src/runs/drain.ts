// The end of a run that another one follows.
// Invariant: it is ended once nobody can come to it any more, or after a bound; never because it looks idle.
import { Change } from './change.ts';
import { type Run } from './run.ts';

const FOLLOWED = 'another one follows it';

/**
 * A run that another one follows. It is kept for the visitors it has, streams among them, until the hub says that it sends nobody
 * there any more and that the last of them has left. Only the hub at the other end of our channel sends visitors here: the others
 * of its database say that the Space runs elsewhere. One that is started meanwhile is told of the run again, and says it then.
 */
export class LeavingRun {
  /** Settles when its last process is dead. */
  readonly ended: Promise<void>;
  readonly #letGo = new Change();

  /** @param mostMs how long its visitors may take at most, whatever the hub says or does not say */
  constructor(run: Pick<Run, 'ended' | 'stop'>, mostMs: number) {
    this.ended = this.#end(run, mostMs);
  }

  /** Nobody is there any more, or its time is over: it is ended now. */
  letGo(): void {
    this.#letGo.happen();
  }

  async #end(run: Pick<Run, 'ended' | 'stop'>, mostMs: number): Promise<void> {
    const late = `${FOLLOWED}, and whoever still used it had ${mostMs / 1_000} s`;
    const why = await Promise.race([
      this.#letGo.within(mostMs).then((isLetGo) => (isLetGo ? FOLLOWED : late)),
      run.ended.then(
        () => undefined,
        () => undefined,
      ),
    ]);
    this.#letGo.happen();
    if (why !== undefined) await run.stop(why);
  }
}
