// Makes room in the one control group of version 2 that is ours: a group that holds processes hands out no controllers, so that ours go to
// a leaf of it. Nobody else's are moved: in a group that we share, a shell or the first process of a container would find itself elsewhere.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GroupTree } from '@holdfast/platform/control-group-tree';

/** What a sandbox is limited by. */
export const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;

const LEAF = 'beside-holdfast';
/** How often processes are looked for that were made while others were moved. */
const ROUNDS = 10;

/** Why no room can be made in a group, for people; `undefined` where it can. Changes nothing but a leaf that is removed at once. */
export function whyNoRoom(group: string, tree: GroupTree): string | undefined {
  const has = new Set(readWords(group, 'cgroup.controllers'));
  const missing = CONTROLLERS.filter((name) => !has.has(name));
  if (missing.length > 0)
    return `the control group ${group} lacks ${missing.length > 1 ? 'the controllers' : 'the controller'} ${missing.join(', ')}`;
  const stranger = readWords(group, 'cgroup.procs').find((pid) => !isOurs(pid));
  if (stranger !== undefined)
    return `the control group ${group} holds processes that are not of this program, such as ${nameOf(stranger)}; it needs a group of its own`;
  return isWritable(group, tree) ? undefined : `the control group ${group} is not this user's to change`;
}

/** Moves our processes out of a group into a leaf. Returns whether it holds none now; where it does, all is as before. */
export function makeRoom(group: string, tree: GroupTree): boolean {
  try {
    if (whyNoRoom(group, tree) !== undefined) return false;
    const leaf = join(group, LEAF);
    if (!existsSync(leaf)) tree.make(leaf);
    for (let round = 0; round < ROUNDS; round += 1) {
      const pids = readWords(group, 'cgroup.procs');
      if (pids.length === 0) return true;
      // One that came in meanwhile, from elsewhere.
      if (!pids.every(isOurs)) break;
      for (const pid of pids) moveTo(leaf, pid, tree);
    }
  } catch {
    // It is not ours.
  }
  giveBack(group, tree);
  return false;
}

/** Undoes `makeRoom`, as far as the kernel still lets it: what was moved goes back, and the empty leaf is removed. */
export function giveBack(group: string, tree: GroupTree): void {
  const leaf = join(group, LEAF);
  if (!existsSync(leaf)) return;
  try {
    for (const pid of readWords(leaf, 'cgroup.procs')) moveTo(group, pid, tree);
    tree.remove(leaf);
  } catch {
    // The group hands out controllers by now, or was taken away from us: the leaf stays with what it holds.
  }
}

/** Moves a process; one that has ended meanwhile needs no room. Throws what writing throws otherwise. */
export function moveTo(group: string, pid: string, tree: GroupTree): void {
  try {
    tree.write(join(group, 'cgroup.procs'), pid);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function isWritable(group: string, tree: GroupTree): boolean {
  const leaf = join(group, LEAF);
  try {
    for (const file of ['cgroup.procs', 'cgroup.subtree_control'])
      accessSync(join(group, file), constants.W_OK);
    if (existsSync(leaf)) return true;
    tree.make(leaf);
    tree.remove(leaf);
    return true;
  } catch {
    return false;
  }
}

// This process and all that come from it. One that has ended meanwhile is in nobody's way.
function isOurs(pid: string): boolean {
  // A process that this namespace does not see.
  if (pid === '0') return false;
  for (let one = pid; one !== String(process.pid);) {
    const parent = parentOf(one);
    if (parent === undefined) return true;
    if (parent === '0') return false;
    one = parent;
  }
  return true;
}

function parentOf(pid: string): string | undefined {
  return /^PPid:\s*(\d+)$/m.exec(readProcess(pid, 'status'))?.[1];
}

function nameOf(pid: string): string {
  return pid === '0' ? 'one outside this container' : `${readProcess(pid, 'comm').trim()} (process ${pid})`;
}

function readProcess(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function readWords(group: string, file: string): string[] {
  return readFileSync(join(group, file), 'utf8').split(/\s+/).filter(Boolean);
}
