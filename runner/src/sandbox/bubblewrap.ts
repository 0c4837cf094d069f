// Sandboxes by bubblewrap: namespaces of the machine's own kernel, with a list of allowed system calls.
import { existsSync } from 'node:fs';
import { type Readable } from 'node:stream';
import { readFirstPid } from '@holdfast/platform/first-pid';
import { type Descriptor, PLAIN_ENVIRONMENT, startProcess } from '@holdfast/platform/process';
import { bubblewrapArguments, coveredProc, generatedFiles } from './bubblewrap-arguments.ts';
import { type LaunchPrograms, MADE, launchCommand } from './launch.ts';
import { give, makeSandbox, type MakingGround, type Started } from './making.ts';
import { type Sandbox, type SandboxRuntime } from './sandbox.ts';
import { type SandboxSpec } from './spec.ts';

/** What sandboxes are made with. */
export interface BubblewrapOptions extends MakingGround {
  readonly programs: LaunchPrograms;
  /** The filter of system calls. */
  readonly filter: Buffer;
}

/** Makes sandboxes by bubblewrap. */
export class BubblewrapRuntime implements SandboxRuntime {
  readonly name = 'bubblewrap';
  readonly handsOver = true;
  readonly #options: BubblewrapOptions;

  constructor(options: BubblewrapOptions) {
    this.#options = options;
  }

  async openSandbox(spec: SandboxSpec): Promise<Sandbox> {
    return await makeSandbox(spec, this.#options, {
      limits: (limits) => limits,
      start: (joins) => start(spec, { ...this.#options, joins }),
    });
  }
}

function start(spec: SandboxSpec, how: BubblewrapOptions & { readonly joins: readonly string[] }): Started {
  const proc = new Set(coveredProc().filter((path) => existsSync(path)));
  const files = generatedFiles(spec, proc);
  const madeFd = 4 + spec.descriptors.length;
  const fds = {
    madeFd,
    argumentsFd: madeFd + 1,
    infoFd: madeFd + 2,
    filterFd: madeFd + 3,
    firstFileFd: madeFd + 4,
  };
  const pipes = Array.from({ length: 4 + files.length }, (): Descriptor => 'pipe');
  const outer = startProcess(launchCommand({ ...how, ...fds, spec }), {
    descriptors: ['ignore', 'pipe', 'pipe', 'pipe', ...spec.descriptors, ...pipes],
    // Constant: what a Space calls its variables is nothing to what is started out here.
    env: PLAIN_ENVIRONMENT,
    ownSession: true,
  });
  const words = bubblewrapArguments({ ...fds, spec, proc });
  give(outer, fds.argumentsFd, words.map((word) => `${word}\0`).join(''));
  give(outer, fds.filterFd, how.filter);
  for (const [index, file] of files.entries()) give(outer, fds.firstFileFd + index, file.text);
  return { outer, first: readFirstPid(outer.end(fds.infoFd)), made: readMade(outer.end(madeFd)) };
}

async function readMade(stream: Readable): Promise<boolean> {
  let text = '';
  try {
    for await (const chunk of stream) {
      text += String(chunk);
      if (text.startsWith(MADE)) return true;
    }
  } catch {
    // It broke; then it was not made.
  }
  return false;
}
