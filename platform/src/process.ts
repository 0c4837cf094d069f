// Starts other programs. The only user of `node:child_process`: every child gets an explicit environment, so that
// a variable of ours (LD_PRELOAD, NODE_OPTIONS, a password) never reaches a program by accident.
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { type Duplex, type Readable, type Writable } from 'node:stream';

/** The environment of every child that needs no other. */
export const PLAIN_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
};

/** A program and its arguments. The file is an absolute path, so that no PATH decides what runs. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

/** How a program ended: with a code, or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a child finds on one of its descriptors: nothing, one end of a socket pair, one of ours, or a bound socket. */
export type Descriptor = 'ignore' | 'pipe' | 'inherit' | number | SocketDescriptor;

/** A socket handle that can be given to a child. */
export interface SocketDescriptor {
  readonly fd: number;
}

/** How a child is started. */
export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly descriptors: readonly Descriptor[];
  /** A session of its own: the terminal's Ctrl-C does not reach it. */
  readonly ownSession?: boolean;
  readonly cwd?: string;
}

const LINGER = 1_000;

/** A running program. */
export class RunningProcess {
  readonly #child: ChildProcess;
  /** Settles when the program has ended; rejects when it could not be started. */
  readonly exited: Promise<Exit>;
  #ended = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    const { promise, resolve, reject } = Promise.withResolvers<Exit>();
    this.exited = promise;
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      this.#ended = true;
      resolve({ code, signal });
      // What the program left in its pipes is still read; a process it left behind must not keep them, and us, open.
      setTimeout(() => {
        for (const stream of child.stdio) stream?.destroy();
      }, LINGER).unref();
    });
    promise.catch(() => {
      this.#ended = true;
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Our end of descriptor n, which must have been a `pipe`. */
  end(n: number): Duplex {
    const stream = this.#child.stdio[n];
    if (stream === null || stream === undefined) throw new TypeError(`descriptor ${String(n)} is not a pipe`);
    return stream as Readable & Writable as Duplex;
  }

  /** Sends a signal; nothing happens when the program has ended. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#child.kill(signal);
  }
}

/** Starts a program and returns at once. */
export function startProcess(command: Command, options: SpawnOptions): RunningProcess {
  const stdio = options.descriptors.map((item) => (typeof item === 'object' ? item.fd : item));
  return new RunningProcess(
    spawn(command.file, command.args, {
      stdio,
      env: { ...(options.env ?? PLAIN_ENVIRONMENT) },
      detached: options.ownSession ?? false,
      shell: false,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    }),
  );
}

/** How a program that is waited for is run. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Further descriptors, from 3 on. */
  readonly extra?: readonly Descriptor[];
  /** Bytes for descriptor 3, which is then a pipe; takes the place of `extra`. */
  readonly secretInput?: string;
  /** After this many milliseconds the program is killed. */
  readonly timeout: number;
}

/** What a finished program said: at most the last 64 KiB of each stream. */
export interface Outcome extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

const KEPT = 64 * 1024;

/** Runs a program to its end. Rejects only when it could not be started. */
export async function runProcess(command: Command, options: RunOptions): Promise<Outcome> {
  const extra = options.secretInput === undefined ? (options.extra ?? []) : (['pipe'] as const);
  const child = startProcess(command, {
    descriptors: ['ignore', 'pipe', 'pipe', ...extra],
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const timer = setTimeout(() => {
    child.signal('SIGKILL');
  }, options.timeout);
  try {
    if (options.secretInput !== undefined) {
      const pipe = child.end(3);
      pipe.on('error', () => undefined); // a program that ended early; its exit code tells
      pipe.end(options.secretInput);
    }
    const [exit, stdout, stderr] = await Promise.all([
      child.exited,
      collect(child.end(1)),
      collect(child.end(2)),
    ]);
    return { ...exit, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}

async function collect(stream: Readable): Promise<string> {
  let kept = Buffer.alloc(0);
  try {
    for await (const chunk of stream) kept = Buffer.concat([kept, chunk as Buffer]).subarray(-KEPT);
  } catch {
    // The stream breaks when the program could not be started; `exited` says why.
  }
  return kept.toString('utf8');
}

/** Whether a program ended well. */
export function succeeded(exit: Exit): boolean {
  return exit.code === 0;
}

/** Sends a signal to a process that is not our direct child, such as the one inside a sandbox. False when it is gone. */
export function signalPid(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether there is certainly no process of this number, also none of another user. */
export function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Pids of a process's children, oldest first; none when it is gone or the system does not tell. Linux only. */
export function listChildren(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'latin1');
    return text.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/sbin', '/usr/local/bin'];

/** Absolute path of a program of the system, looked for in fixed places; `undefined` when it is not there. */
export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => `${folder}/${name}`).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
