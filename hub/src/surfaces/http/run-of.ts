// For which run of a Space a request comes, as the run's door says. Asked wherever a credential is given out that is good by itself, and
// wherever one is taken.
import { type IncomingMessage } from 'node:http';
import { type Fault } from '@holdfast/kernel/fault';
import { RUN_PROOF_HEADER } from '@holdfast/kernel/run-proof';
import { NO_RUN, type ProvenRun } from '#modules/access';
import { type RunProofs } from '#modules/spaces';
import { type StreamRight } from './live-streams.ts';

/** Who knows. */
export type RunSource = Pick<RunProofs, 'find' | 'lives'>;

/**
 * The run, or that there is none. A proof that is wrong, or of a run that has ended, is refused as the credential beside it would be:
 * whoever has one is not told what is the matter with it. Throws `refusal`.
 */
export async function runOf(
  { runProofs }: { readonly runProofs: RunSource },
  { headers }: IncomingMessage,
  refusal: () => Fault,
): Promise<ProvenRun> {
  const run = await runProofs.find(headers[RUN_PROOF_HEADER]);
  if (run === undefined) throw refusal();
  return run;
}

/**
 * The right of a stream that was begun for a run: it ends with the run, and when the Space is paused before its run has ended. Nothing
 * tells of that, so that it is asked. `refusal` is what the check rejects with.
 */
export function withinRun(
  { runProofs }: { readonly runProofs: RunSource },
  run: ProvenRun,
  { right, refusal }: { readonly right: StreamRight; readonly refusal: () => Fault },
): StreamRight {
  if (run === NO_RUN) return right;
  return {
    ...right,
    key: `${right.key}/${run}`,
    endsSilently: true,
    check: async () => {
      if (!(await runProofs.lives(run))) throw refusal();
      return await right.check();
    },
  };
}
