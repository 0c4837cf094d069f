// Looks, while a build runs, how much it has written, which file systems bound seldom, and whether it ran against a limit: who starts
// processes without end, or loses them one after the other, would go on until its time is over.
import { formatSize } from '@holdfast/kernel/size';
import { type Bounds, type Measure, measure } from './tree.ts';

/** Who is told, and until when is looked. */
export interface Watch {
  readonly stop: (why: string) => void;
  /** Which limit of its sandbox the build ran against, in a sentence. */
  readonly strain: () => string | undefined;
  readonly signal: AbortSignal;
}

/** How often is looked, in milliseconds. */
const EVERY = 3_000;

/** Looks until the signal. Never rejects. */
export async function watchBounds(folders: readonly string[], bounds: Bounds, watch: Watch): Promise<void> {
  while (!watch.signal.aborted) {
    const sizes = await Promise.all(folders.map((folder) => measure(folder, bounds))).catch(() => undefined);
    const strain = watch.strain();
    const problem = strain === undefined ? judge(sizes, bounds) : `The build was ended. ${strain}`;
    if (problem !== undefined && !watch.signal.aborted) watch.stop(problem);
    await pause(watch.signal);
  }
}

function judge(sizes: readonly Measure[] | undefined, bounds: Bounds): string | undefined {
  if (sizes === undefined) return 'The build made a folder that cannot be looked into, and was ended.';
  const sum = (of: keyof Measure): number => sizes.reduce((total, size) => total + size[of], 0);
  if (sum('bytes') > bounds.bytes)
    return `The build wrote more than ${formatSize(bounds.bytes)} and was ended.`;
  if (sum('entries') > bounds.entries)
    return `The build made more than ${String(bounds.entries)} files and was ended.`;
  return undefined;
}

async function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), EVERY);
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (signal.aborted) resolve(undefined);
  await promise;
  clearTimeout(timer);
}
