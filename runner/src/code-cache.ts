// Compiled code of doors and of the program inside, kept so that an app starts soon: both are Node, which else strips and compiles
// our files at each start. It is written by processes that are given no network, no secret and no request, and shown read-only to
// all others: a door or an app that is taken over must not leave anything that the next one runs.
import { chown, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describeCode } from '@holdfast/platform/describe-code';
import { type Log } from '@holdfast/platform/log';
import { exists, findText, listFiles, remove, writeText } from '@holdfast/platform/private-files';
import { findProgram, PLAIN_ENVIRONMENT, startProcess } from '@holdfast/platform/process';
import { becomeUser, DOOR_CODE, DOOR_USER, doorProgram, systemArguments } from './doors/door-arguments.ts';
import { readSystem } from './doors/system.ts';
import { insideCommand, programMounts, type InsideProgram } from './runs/run-spec.ts';
import { CODE_CACHE, USER } from './sandbox/index.ts';

/** What it is made of. */
export interface CodeCacheOptions extends Pick<InsideProgram, 'code' | 'node'> {
  /** Its folder, which is this object's alone. */
  readonly folder: string;
  readonly libraries: string | null;
  /** A user who runs nothing else, where there is more than one. */
  readonly user: number | null;
  readonly log: Log;
}

/** A program, as it finds itself where it runs: Node compares paths, users and its own options. */
interface Program {
  readonly name: 'door' | 'inside';
  readonly user: string;
  readonly mounts: readonly { readonly from: string; readonly to: string }[];
  readonly command: readonly string[];
}

const WORKSPACES = ['kernel', 'platform', 'door', 'inside'];
const STAMP = 'made-for';
/** For a program that ends at once, on a busy machine. Milliseconds. */
const LONGEST = 60_000;

/** The cache. Nothing depends on it: without it, programs start later. */
export class CodeCache {
  readonly #options: CodeCacheOptions;
  #isReady = false;

  constructor(options: CodeCacheOptions) {
    this.#options = options;
  }

  /** The folder to show to this program; `null` while there is none. */
  find(name: Program['name']): string | null {
    const path = join(this.#options.folder, name);
    // Somebody may have removed it: nothing that is not there can be shown.
    return this.#isReady && exists(path) ? path : null;
  }

  /** Makes it, when the code is another than it was made for. */
  async fill(): Promise<void> {
    const { folder, code, log } = this.#options;
    try {
      const digest = await describeCode(code, WORKSPACES);
      const stamp = join(folder, STAMP);
      if ((await findText(stamp)) !== digest) {
        await remove(folder);
        await mkdir(folder, { recursive: true, mode: 0o755 });
        for (const program of programsOf(this.#options)) await this.#make(program);
        await writeText(stamp, digest);
      }
      this.#isReady = true;
    } catch (error) {
      log.warn({ err: error }, 'compiled code could not be kept: apps start a little later');
    }
  }

  async #make(program: Program): Promise<void> {
    const { folder, user } = this.#options;
    const target = join(folder, `making-${program.name}`);
    await mkdir(target, { mode: 0o700 });
    if (user !== null) await chown(target, user, user);
    const [file = '', ...args] = makerCommand(this.#options, program, target);
    const child = startProcess(
      { file, args },
      { descriptors: ['ignore', 'ignore', 'ignore', 'pipe'], env: PLAIN_ENVIRONMENT, ownSession: true },
    );
    // It is told nothing: so it ends, and Node writes what it compiled.
    child.end(3).on('error', () => undefined);
    child.end(3).end();
    const timer = setTimeout(() => child.signal('SIGKILL'), LONGEST);
    await child.exited;
    clearTimeout(timer);
    await publish(target, join(folder, program.name));
    await remove(target);
  }
}

function programsOf({ code, node, libraries }: CodeCacheOptions): readonly Program[] {
  const same = (path: string) => ({ from: path, to: path });
  const door = [
    node,
    ...(libraries === null ? [] : [libraries]),
    ...DOOR_CODE.map((name) => join(code, name)),
  ];
  return [
    { name: 'door', user: DOOR_USER, mounts: door.map(same), command: doorProgram({ node, code }, 'run') },
    {
      name: 'inside',
      user: String(USER),
      mounts: [...programMounts({ code, node }), ...(libraries === null ? [] : [same(libraries)])],
      command: insideCommand(),
    },
  ];
}

function makerCommand({ libraries, user }: CodeCacheOptions, program: Program, target: string): string[] {
  const [bubblewrap = 'bwrap', setpriv = 'setpriv'] = [findProgram('bwrap'), findProgram('setpriv')];
  return [
    ...becomeUser({ user, programs: { bubblewrap, setpriv } }),
    ...[bubblewrap, '--unshare-all', '--uid', program.user, '--gid', program.user, '--cap-drop', 'ALL'],
    ...['--die-with-parent', '--new-session', '--clearenv', '--setenv', 'NODE_COMPILE_CACHE', CODE_CACHE],
    ...(libraries === null ? [] : ['--setenv', 'LD_LIBRARY_PATH', libraries]),
    ...['--ro-bind', '/usr', '/usr', ...readSystem().flatMap(systemArguments)],
    ...['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ...program.mounts.flatMap(({ from, to }) => ['--ro-bind', from, to]),
    ...['--bind', target, CODE_CACHE, '--remount-ro', '/', '--chdir', '/', '--', ...program.command],
  ];
}

// As files of ours that everybody may read: Node makes them for its own user alone.
async function publish(from: string, to: string): Promise<void> {
  const half = `${to}.half`;
  for (const { path } of await listFiles(from)) {
    const copy = join(half, relative(from, path));
    await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
    // Not copied as a file: the copy would be its owner's.
    await writeFile(copy, await readFile(path), { mode: 0o644 });
  }
  if (!exists(half)) throw new Error('Node kept nothing');
  await rename(half, to);
}
