// Looks, while a build runs, how much it has written, which file systems bound seldom, and whether it ran against a limit: who starts
// processes without end, or loses them one after the other, would go on until its time is over. What it writes is counted by the names of
// files, and code of a package can take the name of a file away and write on: so the free space of the disk is looked at, too, which is
// the disk of the database, and of which the same is kept as uploads keep.
import { formatSize } from '@holdfast/kernel/size';
import { type FreeSpace } from '@holdfast/platform/objects/free-space';
import { type Bounds, type Measure, measure } from './tree.ts';

/** Who is told, and until when is looked. */
export interface Watch {
  readonly stop: (why: string) => void;
  /** Which limit of its sandbox the build ran against, in a sentence. */
  readonly strain: () => string | undefined;
  readonly space: DiskSpace;
  readonly signal: AbortSignal;
}

/** The free space of the disk that builds write to, beyond what is kept. */
export type DiskSpace = Pick<FreeSpace, 'spare'>;

/** Why nothing is built, for people. */
export const NO_SPACE =
  'The disk of this machine has no more free space than is kept for its database. Whoever runs it can make room; restart the Space then.';

/** How often is looked, in milliseconds. */
const EVERY = 3_000;
/** The same for the free space: in between, a build writes as much as the disk takes, and that has to be less than what is kept. */
const SPACE_EVERY = 200;

/** Looks until the signal. Never rejects. */
export async function watchBounds(folders: readonly string[], bounds: Bounds, watch: Watch): Promise<void> {
  await Promise.all([watchFolders(folders, bounds, watch), watchSpace(watch)]);
}

/** Whether something may be built. A disk that cannot be asked counts as full. */
export async function hasSpace(space: DiskSpace): Promise<boolean> {
  return (await space.spare().catch(() => 0)) > 0;
}

async function watchSpace({ space, stop, signal }: Watch): Promise<void> {
  while (!signal.aborted) {
    if (!(await hasSpace(space)) && !signal.aborted) stop(`The build was ended. ${NO_SPACE}`);
    await pause(signal, SPACE_EVERY);
  }
}

async function watchFolders(folders: readonly string[], bounds: Bounds, watch: Watch): Promise<void> {
  while (!watch.signal.aborted) {
    const sizes = await Promise.all(folders.map((folder) => measure(folder, bounds))).catch(() => undefined);
    const strain = watch.strain();
    const problem = strain === undefined ? judge(sizes, bounds) : `The build was ended. ${strain}`;
    if (problem !== undefined && !watch.signal.aborted) watch.stop(problem);
    await pause(watch.signal, EVERY);
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

async function pause(signal: AbortSignal, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (signal.aborted) resolve(undefined);
  await promise;
  clearTimeout(timer);
}
