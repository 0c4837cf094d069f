// Limits that hold for a whole sandbox: memory, processes, processor time. The kernel keeps them in control groups, in one of
// two layouts; a group lies below a folder that was given to us.
import { readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { kernelGroups, type GroupTree } from '@holdfast/platform/control-group-tree';
import { signalPid } from '@holdfast/platform/process';
import { type SandboxLimits } from './spec.ts';
import { type GroupSetting, groupSettings } from './group-settings.ts';

/** Where groups may be made. */
export type ControlGroups =
  | { readonly version: 1; readonly memory: string; readonly pids: string; readonly cpu: string }
  | { readonly version: 2; readonly path: string };

/** A limit that a group ran against: one of its processes was ended for its memory, or one more was not made. */
export type Strain = 'memory' | 'processes';

/** Folders in which groups are made, one for each set of limits. */
function rootsOf(groups: ControlGroups): string[] {
  return groups.version === 2 ? [groups.path] : [...new Set([groups.memory, groups.pids, groups.cpu])];
}

/** The group of one sandbox. */
export class ControlGroup {
  readonly #folders: readonly string[];
  readonly #groups: ControlGroups;
  readonly #id: string;
  readonly #tree: GroupTree;

  private constructor(groups: ControlGroups, id: string, tree: GroupTree) {
    this.#groups = groups;
    this.#id = id;
    this.#tree = tree;
    this.#folders = rootsOf(groups).map((root) => `${root}/${id}`);
  }

  /** Makes it with its limits. Throws when one of them cannot be set: a limit that does not hold is none. */
  static open(
    groups: ControlGroups,
    { id, limits }: { readonly id: string; readonly limits: SandboxLimits },
    tree: GroupTree = kernelGroups,
  ): ControlGroup {
    const group = new ControlGroup(groups, id, tree);
    try {
      for (const folder of group.#folders) tree.make(folder);
      for (const setting of groupSettings(groups.version, limits)) group.#set(setting);
    } catch (error) {
      group.#removeNow();
      throw error;
    }
    return group;
  }

  /** Files by which a process joins. */
  get joins(): readonly string[] {
    return this.#folders.map((folder) => `${folder}/cgroup.procs`);
  }

  #folderOf(controller: GroupSetting['controller']): string {
    return `${this.#groups.version === 2 ? this.#groups.path : this.#groups[controller]}/${this.#id}`;
  }

  #set(setting: GroupSetting): void {
    const path = `${this.#folderOf(setting.controller)}/${setting.file}`;
    if (setting.optional && statSync(path, { throwIfNoEntry: false }) === undefined) return;
    this.#tree.write(path, setting.value);
  }

  /** Pids of its processes. */
  listPids(): number[] {
    return [...new Set(this.joins.flatMap((path) => readNumbers(path)))];
  }

  /** Bytes of memory that its processes use, without what the kernel could drop at once. */
  memoryBytes(): number {
    const folder = this.#folderOf('memory');
    const used = this.#groups.version === 2 ? 'memory.current' : 'memory.usage_in_bytes';
    const dropped = this.#groups.version === 2 ? 'inactive_file' : 'total_inactive_file';
    const total = readNumbers(`${folder}/${used}`)[0] ?? 0;
    return Math.max(0, total - (readStatistic(`${folder}/memory.stat`, dropped) ?? 0));
  }

  /** Microseconds of processor time, where the kernel counts them for a group. */
  cpuMicroseconds(): number | undefined {
    return this.#groups.version === 2
      ? readStatistic(`${this.#folderOf('cpu')}/cpu.stat`, 'usage_usec')
      : undefined;
  }

  /** Which limits it ran against so far. */
  strain(): readonly Strain[] {
    const isUnified = this.#groups.version === 2;
    const events = (controller: GroupSetting['controller'], file: string, name: string): boolean =>
      (readStatistic(`${this.#folderOf(controller)}/${file}`, name) ?? 0) > 0;
    const found: Strain[] = [];
    if (events('memory', isUnified ? 'memory.events' : 'memory.oom_control', 'oom_kill'))
      found.push('memory');
    if (events('pids', 'pids.events', 'max') && this.#wasNearMostPids()) found.push('processes');
    return found;
  }

  // The kernel counts a refusal here also where the limit of a group above was met: that is no fault of this one. Kernels before 6.11
  // do not keep the peak, and most of the processes have ended by now: there a refusal is taken for this one's.
  #wasNearMostPids(): boolean {
    const folder = this.#folderOf('pids');
    const [most = 0] = readNumbers(`${folder}/pids.max`);
    const [peak = most] = readNumbers(`${folder}/pids.peak`);
    return peak >= most * NEAR;
  }

  /** Ends every process in it, and lets none be made while it does. */
  async kill(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      if (this.#groups.version === 2) this.#tryToWrite(`${this.#folderOf('pids')}/cgroup.kill`, '1');
      this.#tryToWrite(`${this.#folderOf('pids')}/pids.max`, '0');
      const pids = this.listPids();
      if (pids.length === 0) return;
      for (const pid of pids) signalPid(pid, 'SIGKILL');
      await delay(PAUSE);
    }
  }

  /** Removes it once its last process is gone. */
  async remove(): Promise<void> {
    for (let round = 0; round < ROUNDS && !this.#removeNow(); round += 1) await delay(PAUSE);
  }

  #removeNow(): boolean {
    return this.#folders.map((path) => this.#removeFolder(path)).every(Boolean);
  }

  #removeFolder(path: string): boolean {
    try {
      this.#tree.remove(path);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'ENOENT';
    }
  }

  #tryToWrite(path: string, text: string): void {
    try {
      this.#tree.write(path, text);
    } catch {
      // The group is gone, or this kernel has no such file.
    }
  }
}

/** The share of its processes from which on a sandbox met its own limit: some may have ended by when is looked. */
const NEAR = 0.9;
const ROUNDS = 500;
const PAUSE = 10;

function readNumbers(path: string): number[] {
  try {
    return readFileSync(path, 'latin1')
      .split(/\s+/)
      .filter(Boolean)
      .map(Number)
      .filter((number) => number > 0);
  } catch {
    return [];
  }
}

function readStatistic(path: string, name: string): number | undefined {
  try {
    const line = readFileSync(path, 'latin1')
      .split('\n')
      .find((text) => text.startsWith(`${name} `));
    return line === undefined ? undefined : Number(line.slice(name.length + 1));
  } catch {
    return undefined;
  }
}
