// A sandbox that bubblewrap made: what it uses, and its end.
import { type Duplex, type Readable } from 'node:stream';
import { type Exit, type RunningProcess } from '@holdfast/platform/process';
import { type ControlGroup, type Strain } from './control-groups.ts';
import { type KnownProcess, endProcess, findProcess, waitUntilGone } from './known-process.ts';
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
    return {
      cpuMs: counted === undefined ? this.#countTicks() * TICK : Math.round(counted / 1000),
      memoryBytes: group?.memoryBytes() ?? 0,
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

  #countTicks(): number {
    const pids = this.#parts.group?.listPids() ?? [this.first.pid];
    return pids.reduce((sum, pid) => sum + (findProcess(pid)?.ticks ?? 0), 0);
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

/** Milliseconds of one of the kernel's ticks. */
const TICK = 10;
