// Ends what a former start left running. Children hold a lock file open, so that a process which outlived its
// supervisor (killed in the instant before the child was tied to it) is found, whatever became of its pid.
import { realpathSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { listHolders, type Lock, openLock } from '@holdfast/platform/lock';
import { signalPid } from '@holdfast/platform/process';
import { leftoverHeld } from './faults.ts';

const PATIENCE = 10_000;
/** Those that are on their way out anyway get this long. */
const COURTESY = 500;

/**
 * Takes the lock that children of one kind inherit; whoever else holds it is ended. To be called by the holder of the
 * instance's lock alone, because then the others can only be leftovers. Throws `leftoverHeld` when they do not end.
 */
export async function takeFromLeftovers(path: string): Promise<Lock> {
  const began = Date.now();
  for (;;) {
    const lock = await openLock(path);
    if ('descriptor' in lock) return lock;
    const waited = Date.now() - began;
    if (waited > PATIENCE) throw leftoverHeld(path);
    if (waited > COURTESY) for (const pid of listHolders(realpathSync(path))) signalPid(pid, 'SIGKILL');
    await delay(50);
  }
}
