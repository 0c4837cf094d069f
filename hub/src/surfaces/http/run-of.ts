// For which run of a Space a request comes, as the run's door says. Asked wherever a credential is given out that is good by itself, and
// wherever one is taken.
import { type IncomingMessage } from 'node:http';
import { type Fault } from '@holdfast/kernel/fault';
import { RUN_PROOF_HEADER } from '@holdfast/kernel/run-proof';
import { type ProvenRun } from '#modules/access';
import { type RunProofs } from '#modules/spaces';

/** Who knows. */
export type RunSource = Pick<RunProofs, 'find'>;

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
