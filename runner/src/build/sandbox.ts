// What a build needs of a sandbox; whoever makes sandboxes makes one of these.
import { type Duplex, type Readable } from 'node:stream';
import { type Exit } from '@holdfast/platform/process';
import { type Strain } from '../sandbox/index.ts';

/** The sandbox of one build. The program inside is its first, and waits for its orders on the channel. */
export interface BuildSandboxWish {
  /** Random. */
  readonly id: string;
  /** The root that it shows. */
  readonly root: string;
  readonly mounts: readonly {
    readonly from: string;
    readonly to: string;
    readonly access: 'read' | 'write';
  }[];
  /** Folder with the socket of its door. */
  readonly door: string;
  /** The user it is made as, where there is more than one. */
  readonly user: number | null;
}

/** A sandbox that runs. */
export interface BuildSandbox {
  /** Our end of descriptor 3 of the program inside. */
  readonly channel: Duplex;
  readonly output: { readonly stdout: Readable; readonly stderr: Readable };
  /** Settles when the last process is dead. */
  readonly exited: Promise<Exit>;
  /** Which limits it ran against, so far or before it ended. */
  strain(): readonly Strain[];
  kill(): Promise<void>;
}

/** Makes one. */
export type OpenBuildSandbox = (wish: BuildSandboxWish) => Promise<BuildSandbox>;
