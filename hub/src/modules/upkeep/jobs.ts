// Work of `upkeep` that nobody waits for.
import { type JobWork } from '@holdfast/platform/queue';
import { type Upkeep } from './open-upkeep.ts';
import { SCRUB_TASK } from './scrub.ts';
import { SWEEP_TASK } from './sweep.ts';

/** When it runs: minutes and hours in UTC. */
export const UPKEEP_SCHEDULE: readonly string[] = [`12 4 * * * ${SWEEP_TASK}`, `*/10 * * * * ${SCRUB_TASK}`];

/** The tasks of `upkeep`, by name. */
export function upkeepJobs({ sweep, scrub }: Upkeep): Readonly<Record<string, JobWork>> {
  return {
    [SWEEP_TASK]: async (_payload, signal) => void (await sweep.run(signal)),
    [SCRUB_TASK]: async (_payload, signal) => void (await scrub.run(signal)),
  };
}
