// How much memory the embedded server takes for pages, where the configuration does not say it.
import { GiB, MiB } from '@holdfast/kernel/size';

const SHARE = 8;
const LEAST = 128 * MiB;
const MOST = GiB;

/** An eighth of the memory, within bounds: the rest is the file system's, which keeps the pages as well. */
export function sharedBuffersFor(memory: number): string {
  const bytes = Math.min(MOST, Math.max(LEAST, memory / SHARE));
  return `${Math.floor(bytes / MiB)}MB`;
}
