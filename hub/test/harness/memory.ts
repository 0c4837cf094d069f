// Watches a process's resident memory while something happens.
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from './processes.ts';

/** Runs an action and gives the highest resident memory seen meanwhile, in bytes. */
export async function peakWhile(pid: number, action: () => Promise<void>): Promise<number> {
  const over = new AbortController();
  let peak = await residentBytes(pid);
  const watch = (async () => {
    while (!over.signal.aborted) {
      peak = Math.max(peak, await residentBytes(pid));
      await delay(100, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  try {
    await action();
  } finally {
    over.abort();
    await watch;
  }
  return peak;
}
