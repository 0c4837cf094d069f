// The place among the kernel's control groups below which the runner makes one for each sandbox, so that none of them takes
// the machine's memory, processes or processors from others (threat 27). cgroups(7).
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { type Account, type Mount } from './confinement.ts';

/** Where the runner makes its groups, as it sees it. */
export type CgroupPlace =
  | { readonly version: 1; readonly memory: string; readonly pids: string; readonly cpu: string }
  | { readonly version: 2; readonly path: string };

/** A place that was found. */
export interface CgroupFolder {
  readonly place: CgroupPlace;
  readonly mounts: readonly Mount[];
  /** Puts the runner itself below it, where that is needed to move others there. */
  adopt(pid: number): void;
}

const ROOT = '/sys/fs/cgroup';
const INSIDE = '/run/cgroup';
const PREFIX = 'holdfast-';
const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;

/** Makes the folder for this instance; what one before left is removed. `undefined` where this user may make none. */
export function openCgroupFolder(instance: string, owner: Account | undefined): CgroupFolder | undefined {
  const own = readOwnGroups();
  // A new name each time: one that was killed may still have processes that die.
  const name = `${PREFIX}${instance}-${randomBytes(3).toString('hex')}`;
  return existsSync(join(ROOT, 'cgroup.controllers'))
    ? openUnified(join(ROOT, own.get('') ?? '/'), name, owner)
    : openLegacy(own, name, owner);
}

/** Whether one could be made here; none is left. */
export function canMakeCgroupFolder(): boolean {
  const folder = openCgroupFolder(`trial-${String(process.pid)}`, undefined);
  for (const mount of folder?.mounts ?? []) removeGroup(mount.from);
  return folder !== undefined;
}

/** Which group this process is in, by controller; of version 2 under the empty name. */
function readOwnGroups(): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').split('\n')) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

function openLegacy(
  own: ReadonlyMap<string, string>,
  name: string,
  owner: Account | undefined,
): CgroupFolder | undefined {
  const made: Mount[] = [];
  for (const controller of CONTROLLERS) {
    const mounted = join(ROOT, controller);
    // In a container, the path may be one that only the host has.
    const parent = [join(mounted, own.get(controller) ?? '/'), mounted].find((path) => existsSync(path));
    const path = parent && makeGroup(join(parent, name), owner, ['cgroup.procs', 'tasks']);
    if (path === undefined) return undefined;
    made.push({ from: path, to: `${INSIDE}/${controller}`, access: 'write' });
  }
  const place = {
    version: 1,
    memory: `${INSIDE}/memory`,
    pids: `${INSIDE}/pids`,
    cpu: `${INSIDE}/cpu`,
  } as const;
  return { place, mounts: made, adopt: () => undefined };
}

// A group that holds processes hands out no controllers, but for the root: so the nearest above us that does.
function openUnified(own: string, name: string, owner: Account | undefined): CgroupFolder | undefined {
  for (let parent = own; parent.startsWith(ROOT); parent = dirname(parent)) {
    const path = enable(parent) ? makeGroup(join(parent, name), owner, UNIFIED_FILES) : undefined;
    if (path === undefined || !enable(path)) continue;
    const runner = makeGroup(join(path, 'runner'), owner, UNIFIED_FILES);
    if (runner === undefined) continue;
    return {
      place: { version: 2, path: INSIDE },
      mounts: [{ from: path, to: INSIDE, access: 'write' }],
      adopt: (pid) => {
        try {
          writeFileSync(join(runner, 'cgroup.procs'), String(pid));
        } catch {
          // It has ended meanwhile.
        }
      },
    };
  }
  return undefined;
}

const UNIFIED_FILES = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];

function enable(path: string): boolean {
  const file = join(path, 'cgroup.subtree_control');
  try {
    const enabled = new Set(readFileSync(file, 'utf8').trim().split(' '));
    if (CONTROLLERS.every((name) => enabled.has(name))) return true;
    writeFileSync(file, CONTROLLERS.map((name) => `+${name}`).join(' '));
    return true;
  } catch {
    return false;
  }
}

function makeGroup(path: string, owner: Account | undefined, files: readonly string[]): string | undefined {
  removeOlder(path);
  try {
    mkdirSync(path);
    if (owner !== undefined)
      for (const file of ['', ...files]) chownSync(join(path, file), owner.uid, owner.gid);
    return path;
  } catch {
    return undefined;
  }
}

// Those of starts before, named like this one but for its end.
function removeOlder(path: string): void {
  const [parent, name] = [dirname(path), basename(path)];
  const stem = name.slice(0, name.lastIndexOf('-') + 1);
  if (!name.startsWith(PREFIX)) return;
  for (const other of readdirSync(parent))
    if (other.startsWith(stem))
      try {
        removeGroup(join(parent, other));
      } catch {
        // It still holds a process that dies; the next start removes it.
      }
}

// From the leaves up.
function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  rmdirSync(path);
}
