// Whether a process that is not our child lives, told by its number and when it started: numbers are given again.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { signalPid } from '@holdfast/platform/process';

/** A process, as somebody who kept this on disk can tell it again. */
export interface KnownProcess {
  readonly pid: number;
  /** When it started, in the kernel's ticks. */
  readonly started: string;
}

/** What the kernel says of a process; `undefined` when there is none. */
export function findProcess(
  pid: number,
): (KnownProcess & { readonly ended: boolean; readonly ticks: number }) | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // Its name, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const started = fields[19];
    if (started === undefined) return undefined;
    // Its own time and that of its children that it has waited for.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, started, ended: fields[0] === 'Z' || fields[0] === 'X', ticks };
  } catch {
    return undefined;
  }
}

/** Whether it still runs. */
export function isAlive(known: KnownProcess): boolean {
  const found = findProcess(known.pid);
  return found?.started === known.started && !found.ended;
}

/** Ends it at once; nothing happens when it is gone or its number is another's. */
export function endProcess(known: KnownProcess): void {
  if (isAlive(known)) signalPid(known.pid, 'SIGKILL');
}

/** Waits until it is gone. The kernel lets the first process of a sandbox go when all others are. */
export async function waitUntilGone(known: KnownProcess): Promise<void> {
  while (isAlive(known)) await delay(5);
}
