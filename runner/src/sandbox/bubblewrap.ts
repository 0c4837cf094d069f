// Sandboxes by bubblewrap: namespaces of the machine's own kernel, with a list of allowed system calls.
import { chownSync, existsSync, lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Readable } from 'node:stream';
import { readFirstPid } from '@holdfast/platform/first-pid';
import {
  type Descriptor,
  PLAIN_ENVIRONMENT,
  type RunningProcess,
  startProcess,
} from '@holdfast/platform/process';
import { bubblewrapArguments, coveredProc, generatedFiles } from './bubblewrap-arguments.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { ControlGroup, type ControlGroups } from './control-groups.ts';
import { type Ground, judgeSpec } from './judgement.ts';
import { type LaunchPrograms, MADE, launchCommand } from './launch.ts';
import { endProcess, findProcess } from './known-process.ts';
import { type Sandbox, type SandboxRuntime, SandboxUnavailable } from './sandbox.ts';
import { SocketSearch } from './socket-search.ts';
import { type SandboxSpec } from './spec.ts';

/** What sandboxes are made with. */
export interface BubblewrapOptions extends Ground {
  readonly programs: LaunchPrograms;
  /** The filter of system calls. */
  readonly filter: Buffer;
  /** `null`: without limits for a sandbox as a whole, because the operator said so. */
  readonly groups: ControlGroups | null;
}

/** Makes sandboxes by bubblewrap. */
export class BubblewrapRuntime implements SandboxRuntime {
  readonly name = 'bubblewrap';
  readonly #options: BubblewrapOptions;
  readonly #sockets = new SocketSearch();

  constructor(options: BubblewrapOptions) {
    this.#options = options;
  }

  async openSandbox(spec: SandboxSpec): Promise<Sandbox> {
    judgeSpec(spec, this.#options);
    this.#sockets.check(spec);
    giveToUser(spec);
    const { groups } = this.#options;
    const group = groups === null ? undefined : ControlGroup.open(groups, spec.id, spec.limits);
    const started = start(spec, { ...this.#options, joins: group?.joins ?? [] });
    const made = await Promise.race([readMade(started.made), gone(started.outer), patience()]);
    if (!made) started.outer.signal('SIGKILL');
    const pid = await started.first;
    const first = pid === undefined ? undefined : findProcess(pid);
    if (made && first !== undefined)
      return new BubblewrapSandbox({ spec, outer: started.outer, first, group });
    if (first !== undefined) endProcess(first);
    // Before the group is waited for: a moment later nobody has what it said.
    const said = await lastWords(started.outer);
    await group?.kill();
    await group?.remove();
    throw new SandboxUnavailable(`the sandbox could not be made: ${said}`);
  }
}

interface Started {
  readonly outer: RunningProcess;
  readonly first: Promise<number | undefined>;
  readonly made: Readable;
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
  return { outer, first: readFirstPid(outer.end(fds.infoFd)), made: outer.end(madeFd) };
}

function give(outer: RunningProcess, fd: number, bytes: string | Buffer): void {
  const pipe = outer.end(fd);
  // One that ended early does not read; that it ended tells.
  pipe.on('error', () => undefined);
  pipe.end(bytes);
}

/** What the user of a Space writes to or connects to is theirs; all else stays ours. */
function giveToUser(spec: SandboxSpec): void {
  if (spec.user === null) return;
  for (const mount of spec.mounts) if (mount.access === 'write') chownSync(mount.from, spec.user, spec.user);
  for (const name of readdirSync(spec.door)) lchownSync(join(spec.door, name), spec.user, spec.user);
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

async function gone(outer: RunningProcess): Promise<false> {
  await outer.exited.catch(() => undefined);
  return false;
}

const PATIENCE = 20_000;

async function patience(): Promise<false> {
  const { promise, resolve } = Promise.withResolvers<false>();
  setTimeout(() => {
    resolve(false);
  }, PATIENCE).unref();
  return await promise;
}

const LONGEST_WORDS = 2_000;

async function lastWords(outer: RunningProcess): Promise<string> {
  let text = '';
  try {
    for await (const chunk of outer.end(2)) text = (text + String(chunk)).slice(-LONGEST_WORDS);
  } catch {
    // What was read before counts.
  }
  return text.trim() === '' ? 'it ended without a word' : text.trim();
}
