// The place among the kernel's control groups below which the runner makes one for each sandbox, so that none of them takes
// the machine's memory, processes or processors from others (threat 27). cgroups(7).
import { chownSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { kernelGroups, type GroupTree } from '@holdfast/platform/control-group-tree';
import { isEnded, tagOfProcess } from './cgroup-owner.ts';
import { CONTROLLERS, giveBack, makeRoom, moveTo, whyNoRoom } from './cgroup-room.ts';
import { type Account, type Mount } from './confinement.ts';

/** Where the runner makes its groups, as it sees it. */
export type CgroupPlace =
  | { readonly version: 1; readonly memory: string; readonly pids: string; readonly cpu: string }
  | { readonly version: 2; readonly path: string };

/** A place that was found. */
export interface CgroupFolder {
  readonly place: CgroupPlace;
  readonly mounts: readonly Mount[];
  /** Puts the runner itself below it, where that is needed to move others there. Throws where the kernel refuses one that lives. */
  adopt(pid: number): void;
  /** Removes it; `false` where it holds a process still. What is left so the next start removes. */
  remove(): boolean;
}

const INSIDE = '/run/cgroup';
const PREFIX = 'holdfast-';

/** Makes the folder for this instance; what one before left is removed. `undefined` where this user may make none. */
export function openCgroupFolder(
  instance: string,
  owner: Account | undefined,
  tree: GroupTree = kernelGroups,
): CgroupFolder | undefined {
  const own = readOwnGroups(tree);
  const wish = wishFor(instance, owner, tree);
  if (!isUnified(tree)) return openLegacy(own, wish);
  const from = unifiedGroupOf(own, tree);
  const folder = openAbove(from, wish);
  if (folder !== undefined || !makeRoom(from, tree)) return folder;
  const roomy = openBelow(from, wish);
  if (roomy === undefined) giveBack(from, tree);
  return roomy;
}

// A group that holds processes hands out no controllers, but for the root: so the nearest above us that does. Where the one that we are
// in ourselves is the only one that is ours, as in a unit of systemd with `Delegate=yes`, its processes go to a leaf of it first.
function openAbove(from: string, wish: Wish): CgroupFolder | undefined {
  for (let parent = from; parent.startsWith(wish.tree.root); parent = dirname(parent)) {
    const folder = openBelow(parent, wish);
    if (folder !== undefined) return folder;
  }
  return undefined;
}

function wishFor(instance: string, owner: Account | undefined, tree: GroupTree): Wish {
  // A new name each time: one that was killed may still have processes that die.
  const name = `${PREFIX}${instance}-${randomBytes(3).toString('hex')}${tagOfProcess()}`;
  return { name, owner, tree };
}

/** What is to be made, whose it is, and in which tree. */
interface Wish {
  readonly name: string;
  readonly owner: Account | undefined;
  readonly tree: GroupTree;
}

/** Why none can be made here, for people; `undefined` where one can. No process is moved, and none is left. */
export function findCgroupProblem(tree: GroupTree = kernelGroups): string | undefined {
  const own = readOwnGroups(tree);
  const wish = wishFor(`trial-${String(process.pid)}`, undefined, tree);
  const from = unifiedGroupOf(own, tree);
  const folder = isUnified(tree) ? openAbove(from, wish) : openLegacy(own, wish);
  folder?.remove();
  if (folder !== undefined) return undefined;
  return isUnified(tree) ? whyNoRoom(from, tree) : NONE_OURS;
}

const NONE_OURS = 'there are no control groups in which this user may make others';

function isUnified({ root }: GroupTree): boolean {
  return existsSync(join(root, 'cgroup.controllers'));
}

function unifiedGroupOf(groups: ReadonlyMap<string, string>, { root }: GroupTree): string {
  const own = join(root, groups.get('') ?? '/');
  // In a container, the path may be one that only the host has.
  return (own === root || own.startsWith(`${root}/`)) && existsSync(own) ? own : root;
}

/** Which group this process is in, by controller; of version 2 under the empty name. */
function readOwnGroups({ own }: GroupTree): ReadonlyMap<string, string> {
  const groups = new Map<string, string>();
  for (const line of readFileSync(own, 'utf8').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    // The last line is empty, and says nothing of the group of version 2, whose line names no controllers.
    if (controllers === undefined || path === undefined) continue;
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

function openLegacy(own: ReadonlyMap<string, string>, wish: Wish): CgroupFolder | undefined {
  const made: Mount[] = [];
  for (const controller of CONTROLLERS) {
    const mounted = join(wish.tree.root, controller);
    // In a container, the path may be one that only the host has.
    const parent = [join(mounted, own.get(controller) ?? '/'), mounted].find((path) => existsSync(path));
    const path = parent && makeGroup(join(parent, wish.name), ['cgroup.procs', 'tasks'], wish);
    if (path === undefined) return undefined;
    made.push({ from: path, to: `${INSIDE}/${controller}`, access: 'write' });
  }
  const place = {
    version: 1,
    memory: `${INSIDE}/memory`,
    pids: `${INSIDE}/pids`,
    cpu: `${INSIDE}/cpu`,
  } as const;
  return { place, mounts: made, adopt: () => undefined, remove: () => removeAll(made, wish.tree) };
}

// The controllers first, from above: a group has no limits but those that its parent hands out.
function openBelow(parent: string, wish: Wish): CgroupFolder | undefined {
  const { name, tree } = wish;
  const path = enable(parent, tree) ? makeGroup(join(parent, name), UNIFIED_FILES, wish) : undefined;
  if (path === undefined) return undefined;
  const runner = enable(path, tree) ? makeGroup(join(path, 'runner'), UNIFIED_FILES, wish) : undefined;
  if (runner === undefined) {
    removeGroup(path, tree);
    return undefined;
  }
  const mounts: Mount[] = [{ from: path, to: INSIDE, access: 'write' }];
  return {
    place: { version: 2, path: INSIDE },
    mounts,
    adopt: (pid) => {
      moveTo(runner, String(pid), tree);
    },
    remove: () => removeAll(mounts, tree),
  };
}

const UNIFIED_FILES = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];
function enable(path: string, tree: GroupTree): boolean {
  const file = join(path, 'cgroup.subtree_control');
  try {
    const enabled = new Set(readFileSync(file, 'utf8').trim().split(' '));
    if (CONTROLLERS.every((name) => enabled.has(name))) return true;
    tree.write(file, CONTROLLERS.map((name) => `+${name}`).join(' '));
    return true;
  } catch {
    return false;
  }
}

function makeGroup(
  path: string,
  files: readonly string[],
  { owner, tree }: Pick<Wish, 'owner' | 'tree'>,
): string | undefined {
  removeOlder(path, tree);
  try {
    tree.make(path);
    if (owner !== undefined)
      for (const file of ['', ...files]) chownSync(join(path, file), owner.uid, owner.gid);
    return path;
  } catch {
    return undefined;
  }
}

// Those of starts before, named like this one but for its end; and those of other instances whose process is gone, since one that was
// killed and is never started again removes nothing.
function removeOlder(path: string, tree: GroupTree): void {
  const [parent, name] = [dirname(path), basename(path)];
  const stem = name.slice(0, name.lastIndexOf('-') + 1);
  if (!name.startsWith(PREFIX)) return;
  for (const other of readdirSync(parent))
    if (other.startsWith(stem) || (other.startsWith(PREFIX) && isEnded(other)))
      removeIfEmpty(join(parent, other), tree);
}

function removeAll(mounts: readonly Mount[], tree: GroupTree): boolean {
  const left = mounts.filter(({ from }) => existsSync(from));
  return left.map(({ from }) => removeIfEmpty(from, tree)).every(Boolean);
}

function removeIfEmpty(path: string, tree: GroupTree): boolean {
  try {
    removeGroup(path, tree);
    return true;
  } catch {
    // It still holds a process that dies; the next start removes it.
    return false;
  }
}

// From the leaves up.
function removeGroup(path: string, tree: GroupTree): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(path, entry.name), tree);
  tree.remove(path);
}
