// Whether a process that is not our child lives, told by its number and when it started: numbers are given again.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { signalPid } from '@holdfast/platform/process';

/** A process, as somebody who kept this on disk can tell it again. */
export interface KnownProcess {
  readonly pid: number;
  /** When it started, in the kernel's ticks. */
  readonly started: string;
}

interface Found extends KnownProcess {
  readonly ended: boolean;
  readonly parent: number;
  readonly ticks: number;
}

/** What the kernel says of a process; `undefined` when there is none. */
export function findProcess(pid: number): Found | undefined {
  try {
    const text = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    // Its name, in brackets, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const started = fields[19];
    if (started === undefined) return undefined;
    // Its own time and that of its children that it has waited for.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const ended = fields[0] === 'Z' || fields[0] === 'X';
    return { pid, started, ended, parent: Number(fields[1]), ticks };
  } catch {
    return undefined;
  }
}

/** It, and what it started, directly or not. What was left by who started it is the first process's of its sandbox. */
export function listBelow(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const byParent = Map.groupBy(
    pids.map((name) => findProcess(Number(name))).filter((found) => found !== undefined),
    ({ parent }) => parent,
  );
  const all = [pid];
  // Grows while it is gone through.
  for (const one of all) all.push(...(byParent.get(one) ?? []).map((found) => found.pid));
  return all;
}

/** Bytes of memory that a process holds, each page shared among those who have it. */
export function memoryOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'latin1');
    return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    // It is gone, or not ours to look into.
    return 0;
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
