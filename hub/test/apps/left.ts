// What of apps is there: processes that have something of an instance, folders of runs, sockets, control groups.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** What is there of all Spaces of an instance. */
export interface Left {
  readonly runs: readonly string[];
  readonly sockets: readonly string[];
  readonly builds: readonly string[];
  /** How many of each run. */
  readonly doors: number;
  readonly insides: number;
  readonly groups: number;
}

/** Looks for it. */
export async function lookAround(data: string): Promise<Left> {
  const own = path.join(data, 'spaces', 'runner');
  const commands = [...(await listHolders(data)).values()];
  const count = (part: string): number =>
    commands.filter((command) => /^\S*node /.test(command) && command.includes(part)).length;
  return {
    runs: await list(path.join(own, 'runs')),
    sockets: (await list(path.join(data, 'spaces', 'visit'))).map((name) => path.basename(name, '.sock')),
    builds: await list(path.join(own, 'building')),
    doors: count('door/src/'),
    // One of gVisor shows nothing but itself.
    insides: count('inside/src/main.ts') + commands.filter((command) => command.startsWith('/runsc ')).length,
    groups: await countGroups(data),
  };
}

/** Processes that a file of this folder was mounted for, or that name it: command by pid. */
export async function listHolders(folder: string): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const read = async (file: string): Promise<string> =>
      await readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
    const command = (await read('cmdline')).replaceAll('\0', ' ');
    // One that is dead and only not yet fetched has no mounts.
    const mounts = await read('mountinfo');
    if (mounts !== '' && (mounts.includes(folder) || command.includes(folder)))
      found.set(Number(name), command);
  }
  return found;
}

/** Those that still run after at most so many seconds. */
export async function findSurvivors(
  look: () => Promise<ReadonlyMap<number, string>>,
  seconds = 5,
): Promise<string[]> {
  for (let n = 0; ; n += 1) {
    const alive = await look();
    if (alive.size === 0 || n === seconds * 10)
      return [...alive].map(([pid, command]) => `${pid} ${command}`);
    await delay(100);
  }
}

async function list(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}

const GROUPS = '/sys/fs/cgroup';

/** Groups of sandboxes, whichever controller they are of. */
async function countGroups(data: string): Promise<number> {
  const instance = (await readFile(path.join(data, 'instance'), 'utf8')).trim();
  const all = await readdir(GROUPS, { recursive: true }).catch(() => []);
  const names = all
    .filter((name) => path.basename(path.dirname(name)).startsWith(`holdfast-${instance}`))
    .map((name) => path.basename(name))
    .filter((name) => /^[0-9a-f]{24}$/.test(name));
  return new Set(names).size;
}
