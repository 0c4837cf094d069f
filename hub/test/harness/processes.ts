// Looks at processes through /proc: which one is the hub, and how much memory it holds.
import { readdir, readFile } from 'node:fs/promises';

/** The descendant of a process that runs the hub. Throws when there is none. */
export async function findHubProcess(ancestor: number): Promise<number> {
  const hubs = (await listDescendants(ancestor)).filter(
    ({ node, command }) => node && /hub\/src\/main\.ts/.test(command),
  );
  // A second one may run for some seconds after the first start: it only fills the cache of compiled code.
  const [found] = hubs;
  if (found === undefined) throw new Error(`no hub runs below process ${ancestor}`);
  return found.pid;
}

/** A running program. */
export interface Descendant {
  readonly pid: number;
  readonly command: string;
  /** Whether it is Node itself, not a program that runs it. */
  readonly node: boolean;
}

/** Everything that a process started, directly or not, the oldest first. */
export async function listDescendants(ancestor: number): Promise<Descendant[]> {
  const processes = await listProcesses();
  const isBelow = (pid: number): boolean => {
    for (let at = processes.get(pid)?.parent; at !== undefined && at > 1; at = processes.get(at)?.parent) {
      if (at === ancestor) return true;
    }
    return false;
  };
  return [...processes]
    .filter(([pid]) => isBelow(pid))
    .sort(([a], [b]) => a - b)
    .map(([pid, { command, node }]) => ({ pid, command, node }));
}

/** Resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

interface Process {
  readonly parent: number;
  readonly node: boolean;
  readonly command: string;
}

async function listProcesses(): Promise<ReadonlyMap<number, Process>> {
  const found = new Map<number, Process>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [stat, command] = await Promise.all(
      ['stat', 'cmdline'].map(
        async (file) => await readFile(`/proc/${name}/${file}`, 'utf8').catch(() => ''),
      ),
    );
    const after = /^\d+ \(.*\) \S (\d+)/s.exec(stat ?? '');
    const words = (command ?? '').split('\0');
    // A bubblewrap that runs the hub names it on its own command line, too.
    const node = /(^|\/)node$/.test(words[0] ?? '');
    if (after !== null) found.set(Number(name), { parent: Number(after[1]), node, command: words.join(' ') });
  }
  return found;
}
