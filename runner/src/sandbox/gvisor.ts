// Sandboxes by gVisor: a kernel of their own, which is an ordinary program in a bubblewrap without a network. What is behind a
// hole in that kernel is that bubblewrap, in which there is nothing but what the sandbox shows.
import { type Duplex } from 'node:stream';
import { MiB } from '@holdfast/kernel/size';
import { readFirstPid } from '@holdfast/platform/first-pid';
import { type Descriptor, PLAIN_ENVIRONMENT, startProcess } from '@holdfast/platform/process';
import { GVISOR_COMMAND, gvisorArguments, gvisorFiles } from './gvisor-bundle.ts';
import { RefusedSpec } from './judgement.ts';
import { gvisorCommand, type LaunchPrograms, MADE } from './launch.ts';
import { give, makeSandbox, type MakingGround, type Started } from './making.ts';
import { type Sandbox, type SandboxRuntime } from './sandbox.ts';
import { type SandboxLimits, type SandboxSpec } from './spec.ts';

/** What sandboxes are made with. */
export interface GvisorOptions extends MakingGround {
  readonly programs: LaunchPrograms;
  /** gVisor's program. */
  readonly runsc: string;
}

/** What the kernel of a sandbox takes for itself. */
const KERNEL_BYTES = 96 * MiB;
/** Its own threads; and for each of the program's there is one that stands for it and one that works for it. */
const KERNEL_THREADS = 96;
const THREADS_FOR_ONE = 2;

/** Makes sandboxes by gVisor. */
export class GvisorRuntime implements SandboxRuntime {
  readonly name = 'gvisor';
  readonly handsOver = false;
  readonly #options: GvisorOptions;

  constructor(options: GvisorOptions) {
    this.#options = options;
  }

  async openSandbox(spec: SandboxSpec): Promise<Sandbox> {
    if (spec.descriptors.length > 0)
      throw new RefusedSpec('this sandbox is not made: gVisor hands no descriptors over');
    return await makeSandbox(spec, this.#options, {
      limits: withKernel,
      start: (joins) => start(spec, { ...this.#options, joins }),
    });
  }
}

function withKernel(limits: SandboxLimits): SandboxLimits {
  return {
    ...limits,
    memoryBytes: limits.memoryBytes + KERNEL_BYTES,
    processes: limits.processes * THREADS_FOR_ONE + KERNEL_THREADS,
  };
}

const FDS = { argumentsFd: 4, infoFd: 5, firstFileFd: 6 };

function start(spec: SandboxSpec, how: GvisorOptions & { readonly joins: readonly string[] }): Started {
  const files = gvisorFiles(spec);
  const pipes = Array.from({ length: 2 + files.length }, (): Descriptor => 'pipe');
  const outer = startProcess(gvisorCommand({ ...how, ...FDS, spec, command: GVISOR_COMMAND }), {
    descriptors: ['ignore', 'pipe', 'pipe', 'pipe', ...pipes],
    env: PLAIN_ENVIRONMENT,
    ownSession: true,
  });
  const words = gvisorArguments(spec, how.runsc, FDS);
  give(outer, FDS.argumentsFd, words.map((word) => `${word}\0`).join(''));
  for (const [index, file] of files.entries()) give(outer, FDS.firstFileFd + index, file.text);
  return { outer, first: readFirstPid(outer.end(FDS.infoFd)), made: readMade(outer.end(3)) };
}

const SAID = Buffer.from(`${MADE}\n`);

/** Reads the first word on the channel, and nothing after it. */
async function readMade(channel: Duplex): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const look = (): void => {
    const word = channel.read(SAID.length) as Buffer | null;
    if (word === null && !channel.readableEnded && !channel.destroyed) return;
    channel.off('readable', look);
    resolve(word?.equals(SAID) === true);
  };
  channel.on('readable', look);
  channel.once('close', () => {
    resolve(false);
  });
  return await promise;
}
