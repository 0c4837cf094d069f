// Says in the name of a control group which process made it, so that a start of another instance can tell whether that one is gone.
// Processes are numbered in each namespace anew: of one in another container nothing is known, and its group is left alone.
import { readlinkSync } from 'node:fs';
import { isGone } from '@holdfast/platform/process';

/** What the name of a group of this process ends with. */
export function tagOfProcess(): string {
  return `.${namespaceOfProcesses() ?? '0'}.${String(process.pid)}`;
}

/**
 * Whether the process that made the group of this name is certainly gone. Where its number was given to another one it is taken to
 * live: an empty group harms nobody, and one that is removed under an instance ends its apps.
 */
export function isEnded(name: string): boolean {
  const [, namespace, pid] = /\.(\d+)\.(\d+)$/.exec(name) ?? [];
  return pid !== undefined && namespace === namespaceOfProcesses() && isGone(Number(pid));
}

function namespaceOfProcesses(): string | undefined {
  try {
    return /^pid:\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid'))?.[1];
  } catch {
    return undefined;
  }
}
