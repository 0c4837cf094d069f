// A real instance for tests: started by `./holdfast start` as a newcomer would, with a data folder of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { mustRun, plainEnvironment, ROOT } from './program.ts';
import { findHubProcess } from './processes.ts';
import { openScratch, type Scratch } from './scratch.ts';

const LAUNCHER = path.join(ROOT, 'holdfast');
const START_MS = 120_000;
const STOP_MS = 30_000;

/** How an instance is started. */
export interface InstanceOptions {
  /** Further variables, such as `HOLDFAST_URL`. */
  readonly env?: Readonly<Record<string, string>>;
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
  readonly #supervisor: ChildProcess;
  readonly #scratch: Scratch;
  readonly #env: Readonly<Record<string, string>>;

  constructor(started: Started) {
    this.port = started.port;
    this.url = `http://localhost:${started.port}`;
    this.#scratch = started.scratch;
    this.data = path.join(started.scratch.path, 'data');
    this.#supervisor = started.supervisor;
    this.#env = started.env;
  }

  /** Runs `./holdfast admin …` and gives what it printed. */
  async admin(...args: readonly string[]): Promise<string> {
    return (await mustRun(LAUNCHER, ['admin', ...args], { env: this.#env })).trim();
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

  /** The process that serves HTTP. */
  async hubPid(): Promise<number> {
    return await findHubProcess(this.#supervisor.pid ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stop(this.#supervisor);
    await this.#scratch[Symbol.asyncDispose]();
  }
}

interface Started {
  readonly supervisor: ChildProcess;
  readonly scratch: Scratch;
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts an instance on a free port. Throws an `Error` with all it said when it does not become ready. */
export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const scratch = await openScratch('instance');
  const env = { HOLDFAST_DATA: path.join(scratch.path, 'data'), HOLDFAST_PORT: '0', ...options.env };
  const supervisor = spawn(LAUNCHER, ['start', '--json'], {
    cwd: ROOT,
    env: plainEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    return new Instance({ supervisor, scratch, env, port: await readPort(supervisor) });
  } catch (error) {
    await stop(supervisor);
    await scratch[Symbol.asyncDispose]();
    throw error;
  }
}

async function readPort(supervisor: ChildProcess): Promise<number> {
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (why: string): void => reject(new Error(`./holdfast start ${why}\n${said}`));
  const timer = setTimeout(() => fail('was not ready in time'), START_MS);
  supervisor.once('exit', (code) => fail(`ended with ${code}`)).once('error', reject);
  supervisor.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  if (supervisor.stdout === null) throw new TypeError('standard output is not a pipe');
  createInterface({ input: supervisor.stdout }).on('line', (line) => {
    said += `${line}\n`;
    const event = parseEvent(line);
    if (event?.event === 'ready' && event.port !== undefined) resolve(event.port);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

function parseEvent(line: string): { readonly event?: string; readonly port?: number } | undefined {
  try {
    return JSON.parse(line) as { event?: string; port?: number };
  } catch {
    return undefined;
  }
}

/** Asks for a graceful end, as Ctrl-C does, and insists when it does not come. */
async function stop(supervisor: ChildProcess): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return;
  const ended = once(supervisor, 'exit');
  supervisor.kill('SIGTERM');
  const timer = setTimeout(() => supervisor.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
}
