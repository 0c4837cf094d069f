// By what a request is known to come for a run: a signature of the hub over the run's name, which goes to the runner with the start
// ticket and from there to the run's door, and which no app ever has. All hubs of a database sign with one key.
import { parseId, type Id } from '@holdfast/kernel/id';
import { RUN_PROOF } from '@holdfast/kernel/run-proof';
import { type Keys } from '@holdfast/platform/keys';
import { NO_RUN, type ProvenRun } from '#modules/access';
import { type LiveRuns } from './live-runs.ts';

/** Gives and reads proofs. */
export class RunProofs {
  readonly #keys: Keys;
  readonly #live: Pick<LiveRuns, 'isLive'>;

  constructor(deps: { readonly keys: Keys; readonly live: Pick<LiveRuns, 'isLive'> }) {
    this.#keys = deps.keys;
    this.#live = deps.live;
  }

  /** The proof of a run, for its door. */
  proofOf(run: Id): string {
    return `${run}.${this.#keys.sign('run-proof', [run])}`;
  }

  /** Whether a run that was proved lives still; what comes for none needs none. */
  async lives(run: ProvenRun): Promise<boolean> {
    return run === NO_RUN || (await this.#live.isLive(run as Id));
  }

  /** The run that a header proves; none where there is no header; `undefined` for a wrong one, and for a run that has ended. */
  async find(header: string | readonly string[] | undefined): Promise<ProvenRun | undefined> {
    if (header === undefined) return NO_RUN;
    const [, text = '', mac] = typeof header === 'string' ? (RUN_PROOF.exec(header) ?? []) : [];
    const run = parseId(text);
    if (run === undefined || !this.#keys.signed('run-proof', [run], mac)) return undefined;
    return (await this.#live.isLive(run)) ? (run as ProvenRun) : undefined;
  }
}
