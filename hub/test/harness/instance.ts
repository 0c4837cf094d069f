// A real instance for tests: started by `./holdfast start` as a newcomer would, with a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { layKeptCode } from './kept-code.ts';
import { mustRun, plainEnvironment, ROOT, runProgram, type Outcome } from './program.ts';
import { findHubProcess } from './processes.ts';
import { openScratch, type Scratch } from './scratch.ts';

const LAUNCHER = 'holdfast';
const START_MS = 120_000;
const STOP_MS = 30_000;

/** How an instance is started. */
export interface InstanceOptions {
  /** Further variables, such as `HOLDFAST_URL`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further words for `./holdfast start`. */
  readonly words?: readonly string[];
  /** The checkout that is started; the one under test when absent. */
  readonly checkout?: string;
  /** Who starts it; whoever runs the test when absent. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** In a view of the machine in which bubblewrap cannot be run, as if it were not installed; takes root. */
  readonly withoutBubblewrap?: true;
  /** Where its data folder is made, or found again. Stays; without it there is a folder that goes with the instance. */
  readonly folder?: string;
}

/** Which token is wanted. */
export interface TokenWish {
  readonly user: string;
  readonly role: 'read' | 'write';
}

/** A running instance. Disposal stops it and removes its data. */
export class Instance implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly data: string;
  /** The level of separation it says it has. */
  readonly level: string;
  readonly #started: Started;

  constructor(started: Started) {
    this.#started = started;
    this.data = started.env['HOLDFAST_DATA'] ?? '';
    this.port = started.said.port;
    this.level = started.said.level;
    this.url = `http://localhost:${this.port}`;
  }

  /** The supervisor's process. */
  get pid(): number {
    return this.#started.supervisor.pid ?? 0;
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.#started.said.output();
  }

  /** Runs `./holdfast admin …` and gives what it printed. */
  async admin(...args: readonly string[]): Promise<string> {
    const [file = '', ...command] = commandOf(this.#started.options, ['admin', ...args]);
    return (await mustRun(file, command, { env: this.#started.env })).trim();
  }

  /** Runs `./holdfast …` against it, whatever comes of that. */
  async command(...args: readonly string[]): Promise<Outcome> {
    const [file = '', ...command] = commandOf(this.#started.options, args);
    return await runProgram(file, command, { env: this.#started.env });
  }

  /** Makes an account. */
  async createUser(name: string): Promise<void> {
    await this.admin('user', 'create', name, '--email', `${name}@example.org`);
  }

  /** Makes a token and gives it. */
  async createToken(wish: TokenWish): Promise<string> {
    return await this.admin(
      'token',
      'create',
      '--user',
      wish.user,
      '--name',
      `test-${wish.role}`,
      '--role',
      wish.role,
    );
  }

  /** Revokes every token of a user. */
  async revokeTokens(user: string): Promise<void> {
    const tokens = JSON.parse(await this.admin('token', 'list', '--user', user, '--json')) as {
      id: string;
    }[];
    for (const { id } of tokens) await this.admin('token', 'revoke', id);
  }

  /** The process that serves HTTP. */
  async hubPid(): Promise<number> {
    return await findHubProcess(this.pid);
  }

  /** Ends the supervisor at once, as a crash does, and waits until it is gone. */
  async crash(): Promise<void> {
    const { supervisor } = this.#started;
    if (hasEnded(supervisor)) return;
    const ended = once(supervisor, 'exit');
    supervisor.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#started.supervisor);
    await this.#started.scratch?.[Symbol.asyncDispose]();
  }
}

interface Started {
  readonly options: InstanceOptions;
  readonly supervisor: ChildProcess;
  readonly scratch: Scratch | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly said: Said;
}

/** What an instance says of itself when it is ready. */
interface Said {
  readonly port: number;
  readonly level: string;
  readonly output: () => string;
}

/** Starts an instance on a free port. Throws an `Error` with all it said when it does not become ready. */
export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const scratch = options.folder === undefined ? await openScratch('instance') : undefined;
  const folder = options.folder ?? scratch?.path ?? '';
  const env = { HOLDFAST_DATA: path.join(folder, 'data'), HOLDFAST_PORT: '0', ...options.env };
  if (isOrdinary(options)) await layKeptCode(env.HOLDFAST_DATA);
  const [file = '', ...command] = commandOf(options, ['start', '--json', ...(options.words ?? [])]);
  const supervisor = spawn(file, command, {
    cwd: '/',
    env: plainEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    return new Instance({ options, supervisor, scratch, env, said: await untilReady(supervisor) });
  } catch (error) {
    await stop(supervisor);
    await scratch?.[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether what others compiled is of use to it: the same files, users and sandboxes. */
function isOrdinary({ checkout, user, withoutBubblewrap }: InstanceOptions): boolean {
  return checkout === undefined && user === undefined && withoutBubblewrap === undefined;
}

/** Runs `./holdfast …` for a folder whose instance does not run, whatever comes of that. */
export async function runCommand(options: InstanceOptions, ...args: readonly string[]): Promise<Outcome> {
  const [file = '', ...command] = commandOf(options, args);
  const env = { HOLDFAST_DATA: path.join(options.folder ?? '', 'data'), HOLDFAST_PORT: '0', ...options.env };
  return await runProgram(file, command, { env, cwd: '/' });
}

function commandOf(options: InstanceOptions, args: readonly string[]): string[] {
  const { checkout = ROOT, user } = options;
  const command = [path.join(checkout, LAUNCHER), ...args];
  const become = ['--reuid', String(user?.uid), '--regid', String(user?.gid), '--clear-groups'];
  const whole = user === undefined ? command : ['/usr/bin/setpriv', ...become, ...command];
  if (options.withoutBubblewrap === undefined) return whole;
  return ['/usr/bin/unshare', '--mount', '/bin/sh', '-c', COVER, 'sh', ...whole];
}

/** Whoever looks for the program finds a file that nobody may run. */
const COVER = 'mount --bind /dev/null "$(command -v bwrap)" && exec "$@"';

async function untilReady(supervisor: ChildProcess): Promise<Said> {
  let said = '';
  let level = '';
  const { promise, resolve, reject } = Promise.withResolvers<Said>();
  const fail = (why: string): void => reject(new Error(`./holdfast start ${why}\n${said}`));
  const timer = setTimeout(() => fail('was not ready in time'), START_MS);
  supervisor.once('exit', (code) => fail(`ended with ${code}`)).once('error', reject);
  supervisor.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  if (supervisor.stdout === null) throw new TypeError('standard output is not a pipe');
  createInterface({ input: supervisor.stdout }).on('line', (line) => {
    said += `${line}\n`;
    const event = parseEvent(line);
    if (event?.event === 'separation') level = event.level ?? '';
    if (event?.event === 'ready' && event.port !== undefined)
      resolve({ port: event.port, level, output: () => said });
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

interface StartEvent {
  readonly event?: string;
  readonly port?: number;
  readonly level?: string;
}

function parseEvent(line: string): StartEvent | undefined {
  try {
    return JSON.parse(line) as StartEvent;
  } catch {
    return undefined;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Asks for a graceful end, as Ctrl-C does, and insists when it does not come. */
async function stop(supervisor: ChildProcess): Promise<void> {
  if (hasEnded(supervisor)) return;
  const ended = once(supervisor, 'exit');
  supervisor.kill('SIGTERM');
  const timer = setTimeout(() => supervisor.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
