// Processes of a hub with apps, as this machine shows them.
import { readdirSync, readFileSync } from 'node:fs';

/** A file of a process; empty when it is gone, or nobody's to read. */
export function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/** The process, and all that it started, directly or not. */
export function listDescendants(root: number): string[] {
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    parents.set(pid, /^PPid:\s+(\d+)$/m.exec(readProcess(pid, 'status'))?.[1] ?? '0');
  const isBelow = (pid: string): boolean =>
    pid === String(root) || (Number(pid) > 1 && isBelow(parents.get(pid) ?? '0'));
  return [...parents.keys()].filter(isBelow);
}
