// A sandbox that bubblewrap made: what it uses, and its end.
import { type Duplex, type Readable } from 'node:stream';
import { type Exit, type RunningProcess } from '@holdfast/platform/process';
import { type ControlGroup, type Strain } from './control-groups.ts';
import {
  type KnownProcess,
  endProcess,
  findProcess,
  listBelow,
  memoryOf,
  waitUntilGone,
} from './known-process.ts';
import { type Sandbox, type SandboxUsage } from './sandbox.ts';
import { type SandboxSpec } from './spec.ts';

/** What it is made of. */
interface Parts {
  readonly spec: SandboxSpec;
  /** Bubblewrap outside, which waits for the one inside. */
  readonly outer: RunningProcess;
  /** The first process of the sandbox: when it ends, the kernel ends all others. */
  readonly first: KnownProcess;
  readonly group: ControlGroup | undefined;
}

/** One sandbox. */
export class BubblewrapSandbox implements Sandbox {
  readonly id: string;
  readonly channel: Duplex;
  readonly output: { readonly stdout: Readable; readonly stderr: Readable };
  readonly first: KnownProcess;
  readonly exited: Promise<Exit>;
  readonly #parts: Parts;
  /** As it was when its last process was gone. */
  #lastStrain: readonly Strain[] | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.id = parts.spec.id;
    this.channel = parts.outer.end(3);
    this.output = { stdout: parts.outer.end(1), stderr: parts.outer.end(2) };
    this.first = { pid: parts.first.pid, started: parts.first.started };
    this.exited = this.#end();
  }

  usage(): SandboxUsage {
    const { group } = this.#parts;
    const counted = group?.cpuMicroseconds();
    // Without a group it is its processes that tell: of gVisor's less than it keeps for its program in a file of memory.
    const pids = group?.listPids() ?? listBelow(this.first.pid);
    return {
      cpuMs: counted === undefined ? countTicks(pids) * TICK : Math.round(counted / 1000),
      memoryBytes: group?.memoryBytes() ?? pids.reduce((sum, pid) => sum + memoryOf(pid), 0),
    };
  }

  strain(): readonly Strain[] {
    return this.#lastStrain ?? this.#parts.group?.strain() ?? [];
  }

  async kill(): Promise<void> {
    this.#lastStrain ??= this.strain();
    endProcess(this.first);
    await this.#parts.group?.kill();
    this.#parts.outer.signal('SIGKILL');
    await this.exited;
  }

  // Bubblewrap outside may end before the last process inside does.
  async #end(): Promise<Exit> {
    const exit = await this.#parts.outer.exited;
    endProcess(this.first);
    await waitUntilGone(this.first);
    // Before it is ended, which lets no more processes be made.
    this.#lastStrain ??= this.strain();
    await this.#parts.group?.kill();
    await this.#parts.group?.remove();
    return exit;
  }
}

function countTicks(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (findProcess(pid)?.ticks ?? 0), 0);
}

/** Milliseconds of one of the kernel's ticks. */
const TICK = 10;
