// What every kind of sandbox is to those who use it, however it is made.
import { type Duplex, type Readable } from 'node:stream';
import { type Exit } from '@holdfast/platform/process';
import { type Strain } from './control-groups.ts';
import { type KnownProcess } from './known-process.ts';
import { type SandboxSpec } from './spec.ts';

/** What a sandbox uses now. */
export interface SandboxUsage {
  /** Processor time since its start, in milliseconds. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

/** A sandbox whose program was started. */
export interface Sandbox {
  readonly id: string;
  /** Our end of the program's descriptor 3. */
  readonly channel: Duplex;
  /** What is written inside. Has to be read: who is not read, waits. */
  readonly output: { readonly stdout: Readable; readonly stderr: Readable };
  /** To be kept on disk, so that a later runner can tell whether it still lives. */
  readonly first: KnownProcess;
  /** Settles when the last process is dead and nothing of the sandbox is left; how its program ended. */
  readonly exited: Promise<Exit>;
  usage(): SandboxUsage;
  /** Which limits it ran against, so far or before it ended; none where there are no control groups. */
  strain(): readonly Strain[];
  /** Ends every process at once. Settles with `exited`. */
  kill(): Promise<void>;
}

/** A way of making sandboxes. */
export interface SandboxRuntime {
  readonly name: 'bubblewrap' | 'gvisor';
  /** Whether a program finds descriptors beside its channel. Where it does not, visitors come through the door's folder. */
  readonly handsOver: boolean;
  /**
   * Makes a sandbox; settles once it is closed and its program starts. Throws a `RefusedSpec` for what may not be, and a
   * `SandboxUnavailable` when this machine does not make it; nothing is left then.
   */
  openSandbox(spec: SandboxSpec): Promise<Sandbox>;
}

/** This machine makes no sandboxes. The message says why, and what to do. */
export class SandboxUnavailable extends Error {
  override readonly name = 'SandboxUnavailable';
}
