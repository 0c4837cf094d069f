// Looks at processes through /proc: which one is the hub, how much memory it holds, and
// what stands in it.
import { open, readdir, readFile } from 'node:fs/promises';

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
    .sort(([, a], [, b]) => a.started - b.started)
    .map(([pid, { command, node }]) => ({ pid, command, node }));
}

/** Resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

interface Process {
  readonly parent: number;
  /** In clock ticks since the machine started. Numbers of processes begin anew once they are used up, and say nothing of age. */
  readonly started: number;
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
    // proc_pid_stat(5): the fields behind the name, of which the second is the parent and the twentieth the start.
    const [, fields] = /^\d+ \(.*\) (.*)$/s.exec(stat ?? '') ?? [];
    const words = (command ?? '').split('\0');
    // A bubblewrap that runs the hub names it on its own command line, too.
    const node = /(^|\/)node$/.test(words[0] ?? '');
    if (fields === undefined) continue;
    const [parent = 0, started = 0] = [1, 19].map((n) => Number(fields.split(' ')[n]));
    found.set(Number(name), { parent, started, node, command: words.join(' ') });
  }
  return found;
}

const STRIDE = 4 * 1024 * 1024;

/** Whether a text stands anywhere in the memory that a process can write, in the forms a program keeps texts in. */
export async function isInMemory(pid: number, text: string): Promise<boolean> {
  const needles = [Buffer.from(text, 'latin1'), Buffer.from(text, 'utf16le')];
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  await using memory = await open(`/proc/${pid}/mem`, 'r');
  for (const [at, size] of piecesOf(maps)) {
    // Pieces overlap, so that nothing is missed where two meet.
    const piece = Buffer.alloc(size + text.length * 2);
    const { bytesRead } = await memory.read(piece, 0, piece.length, at).catch(() => ({ bytesRead: 0 }));
    if (needles.some((needle) => piece.subarray(0, bytesRead).includes(needle))) return true;
  }
  return false;
}

function* piecesOf(maps: string): Iterable<readonly [at: number, size: number]> {
  for (const line of maps.split('\n')) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
    const end = Number(`0x${range?.[2] ?? '0'}`);
    for (let at = Number(`0x${range?.[1] ?? '0'}`); at < end; at += STRIDE)
      yield [at, Math.min(STRIDE, end - at)];
  }
}
