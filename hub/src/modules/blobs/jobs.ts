// Work of `blobs` that nobody waits for.
import { type JobWork } from '@holdfast/platform/queue';
import { type Blobs } from './blobs.ts';
import { type Uploads } from './uploads.ts';

/** Forgets uploads that were not finished, and bytes that belong to no repository. Worth running once a day. */
export const COLLECT_TASK = 'blobs:collect';

/** The tasks of `blobs`, by name. */
export function blobJobs(deps: { blobs: Blobs; uploads: Uploads }): Readonly<Record<string, JobWork>> {
  return {
    [COLLECT_TASK]: async (_payload, signal) => {
      while (!signal.aborted && (await deps.uploads.dropExpired()) > 0);
      await deps.blobs.collect(signal);
    },
  };
}
