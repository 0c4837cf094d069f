// How much processor time a process has used, read from /proc, so that a busy machine can be told from a slow server.
import { readdir, readFile } from 'node:fs/promises';

/** Clock ticks in a second, as Linux counts them for /proc on every platform it runs here. */
const TICKS = 100;

/** Processor time of a process with all its threads, in seconds. */
async function cpuSeconds(pid: number): Promise<number> {
  const { fields } = parseStat(await readFile(`/proc/${pid}/stat`, 'utf8'));
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** The oldest process below another whose command line matches. Throws when there is none. */
export async function findProcess(ancestor: number, command: RegExp): Promise<number> {
  const parents = new Map<number, number>();
  const matching: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const [stat, words] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '')),
    );
    if (stat === undefined || stat === '') continue;
    parents.set(Number(name), Number(parseStat(stat).fields[1]));
    if (command.test((words ?? '').replaceAll('\0', ' '))) matching.push(Number(name));
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === ancestor || isBelow(parent));
  };
  const [found] = matching.filter(isBelow).toSorted((a, b) => a - b);
  if (found === undefined) throw new Error(`no process below ${ancestor} matches ${command.source}`);
  return found;
}

/** The fields after the name, which may hold spaces and parentheses. */
function parseStat(stat: string): { readonly fields: readonly string[] } {
  return { fields: stat.slice(stat.lastIndexOf(')') + 2).split(' ') };
}

/** Runs something and tells how much processor time a process used meanwhile. */
export async function withCpu<T>(pid: number, run: () => Promise<T>): Promise<{ result: T; cpu: number }> {
  const before = await cpuSeconds(pid);
  const result = await run();
  return { result, cpu: (await cpuSeconds(pid)) - before };
}
