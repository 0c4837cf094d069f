// A running instance, seen from outside.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type TestCheckout } from './checkout.ts';

/** How an instance is started. */
export interface InstanceOptions {
  readonly checkout: TestCheckout;
  /** Data directory; default is one in the checkout's home. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** With a bubblewrap that cannot be run; needs root. */
  readonly withoutSandbox?: boolean;
}

/** What an ended instance left. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly error: string;
}

/** An instance that was started. */
export class TestInstance implements AsyncDisposable {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;
  #out = '';
  #error = '';

  constructor(options: InstanceOptions) {
    const { checkout } = options;
    this.folder = options.folder ?? join(checkout.home, 'data');
    const [file = '', ...args] = commandOf(options);
    this.#child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', HOLDFAST_DATA: this.folder, HOLDFAST_PORT: '0', ...options.env },
    });
    this.#child.stdout?.on('data', (bytes: Buffer) => (this.#out += bytes.toString()));
    this.#child.stderr?.on('data', (bytes: Buffer) => (this.#error += bytes.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        resolve({ code, signal, out: this.#out, error: this.#error });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get output(): string {
    return this.#out + this.#error;
  }

  /** Waits until it serves, and fails with what it said when it ends instead. */
  async ready(): Promise<this> {
    const giveUp = Date.now() + 60_000;
    while (this.#event('ready') === undefined) {
      if (this.#child.exitCode !== null || Date.now() > giveUp) throw new Error(`not ready: ${this.output}`);
      await delay(20);
    }
    return this;
  }

  /** Waits until it has said something like this. */
  async waitFor(said: RegExp): Promise<void> {
    const giveUp = Date.now() + 30_000;
    while (!said.test(this.output)) {
      if (Date.now() > giveUp) throw new Error(`it never said ${String(said)}: ${this.output}`);
      await delay(20);
    }
  }

  /** The port it serves. */
  get port(): number {
    return Number(this.#event('ready')?.['port']);
  }

  /** The level of separation it says it has. */
  get level(): unknown {
    return this.#event('separation')?.['level'];
  }

  #event(name: string): Record<string, unknown> | undefined {
    return this.#out
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .find((event) => event['event'] === name);
  }

  /** Asks the stand-in hub. */
  async ask(question: string, argument = ''): Promise<unknown> {
    const query = new URLSearchParams({ a: argument }).toString();
    const answer = await fetch(`http://127.0.0.1:${String(this.port)}/${question}?${query}`, {
      // A connection of its own: one that was kept may be of a hub that has just been killed, which is not heard of at once.
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(20_000),
    });
    return await answer.json();
  }

  /** The pid of the program whose command line has this in it, among our descendants. */
  findChild(part: string): number | undefined {
    return this.descendants().find(({ command }) => command.includes(part) && !command.includes('bwrap'))
      ?.pid;
  }

  /** Everything that it started and that runs. */
  descendants(): { pid: number; command: string }[] {
    const all = listProcesses();
    const found: { pid: number; command: string }[] = [];
    const open = [this.pid];
    for (let parent = open.shift(); parent !== undefined; parent = open.shift())
      for (const entry of all.filter(({ ppid }) => ppid === parent)) {
        found.push(entry);
        open.push(entry.pid);
      }
    return found;
  }

  /** Signals the supervisor alone. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops it in good order. */
  async stop(): Promise<Ended> {
    this.signal('SIGTERM');
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.signal('SIGTERM');
      const timer = setTimeout(() => {
        this.signal('SIGKILL');
      }, 20_000);
      await this.ended;
      clearTimeout(timer);
    }
  }
}

/** Starts an instance and waits until it serves. */
export async function openInstance(options: InstanceOptions): Promise<TestInstance> {
  return await new TestInstance(options).ready();
}

function commandOf({ checkout, withoutSandbox }: InstanceOptions): string[] {
  const { path, user } = checkout;
  const start = [join(path, 'node'), join(path, 'start.ts'), path];
  const asUser =
    user === undefined
      ? start
      : [
          '/usr/bin/setpriv',
          '--reuid',
          String(user.uid),
          '--regid',
          String(user.gid),
          '--clear-groups',
          ...start,
        ];
  if (withoutSandbox !== true) return asUser;
  const script = 'mount --bind /dev/null /usr/bin/bwrap && exec "$@"';
  return ['/usr/bin/unshare', '--mount', '/bin/sh', '-c', script, 'sh', ...asUser];
}

function listProcesses(): { pid: number; ppid: number; command: string }[] {
  const text = execFileSync('/usr/bin/ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8', env: {} });
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, ppid, command]) => ({ pid: Number(pid), ppid: Number(ppid), command: command ?? '' }));
}

/** Which of these still run, after at most five seconds. */
export async function survivors(pids: readonly number[]): Promise<number[]> {
  for (let n = 0; ; n += 1) {
    const alive = listProcesses()
      .filter(({ pid, command }) => pids.includes(pid) && !command.includes('<defunct>'))
      .map(({ pid }) => pid);
    if (alive.length === 0 || n === 100) return alive;
    await delay(50);
  }
}
