// A sandbox for tests: bubblewrap without a network, in which the program inside runs. The test plays the runner.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { FromInside, InsideStart } from '../../src/frames.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const NODE = dirname(dirname(process.execPath));
const USER = '1000';

/** What is to run, and what is there for it. */
export interface Wish {
  /** Files of the app, by name. */
  readonly files: Readonly<Record<string, string>>;
  readonly start: Partial<InsideStart> & { readonly command: readonly string[] };
  /** Where the door's socket is; else a folder without one. */
  readonly door?: string;
  /** Further arguments of bubblewrap. */
  readonly binds?: readonly string[];
}

/** A sandbox that runs. */
export interface TestSandbox extends AsyncDisposable {
  readonly child: ChildProcess;
  /** What it wrote, so far. */
  output(): string;
  /** The frames that came, so far. */
  readonly frames: readonly FromInside[];
  /** Waits for a frame. Rejects when the sandbox ends first. */
  frame(type: FromInside['type']): Promise<FromInside>;
  send(frame: object): void;
  closeChannel(): void;
  readonly ended: Promise<number | null>;
  /** The socket on which the app is visited. */
  readonly incoming: string;
  /** The folder of the app's files. */
  readonly source: string;
}

interface RawSocket {
  readonly fd: number;
  close(): void;
}

/** Binds a Unix socket and does not listen, as the runner does. */
export function bindSocket(path: string): RawSocket {
  const make = (
    net as unknown as { _createServerHandle: (path: string, port: number, family: number) => RawSocket }
  )._createServerHandle;
  return make(path, -1, -1);
}

/** Starts it. */
export async function openSandbox(wish: Wish): Promise<TestSandbox> {
  const folder = await mkdtemp('/tmp/hf-inside-');
  const [source, out] = [join(folder, 'source'), join(folder, 'out')];
  for (const path of [source, out]) await mkdir(path);
  for (const [name, text] of Object.entries(wish.files)) {
    await mkdir(dirname(join(source, name)), { recursive: true });
    await writeFile(join(source, name), text);
  }
  const incoming = join(folder, 'app.sock');
  const handle = bindSocket(incoming);
  const binds = ['--ro-bind', source, '/source', '--ro-bind', wish.door ?? out, '/run/holdfast/out'];
  // A user namespace of that user first, and no --dev: where bubblewrap itself changes the user, or makes a devpts, it makes
  // another namespace, to which the network does not belong, and low ports cannot be bound.
  const user = ['--user', `--map-user=${USER}`, `--map-group=${USER}`, '--', 'bwrap'];
  const child = spawn(
    'unshare',
    [...user, ...baseArguments(), ...binds, ...(wish.binds ?? []), ...program()],
    {
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', handle.fd],
    },
  );
  return drive(child, { ...wish, folder, incoming, source, handle });
}

function baseArguments(): readonly string[] {
  const devices = ['null', 'zero', 'urandom', 'random'].flatMap((name) => [
    '--dev-bind',
    `/dev/${name}`,
    `/dev/${name}`,
  ]);
  const links = ['bin', 'lib', 'lib64', 'sbin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]);
  return [
    ...['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session', '--clearenv'],
    ...['--cap-add', 'CAP_NET_BIND_SERVICE', '--hostname', 'space'],
    ...['--ro-bind', '/usr', '/usr', ...links, '--proc', '/proc', ...devices, '--tmpfs', '/tmp'],
    ...[
      '--tmpfs',
      '/run',
      '--tmpfs',
      '/home/user',
      '--tmpfs',
      '/etc',
      '--ro-bind',
      NODE,
      '/opt/holdfast/node',
    ],
    ...['--ro-bind', '/etc/ssl', '/etc/ssl', '--ro-bind-try', '/etc/alternatives', '/etc/alternatives'],
    ...['--ro-bind', join(CHECKOUT, 'inside/src'), '/opt/holdfast/inside/src'],
    ...['--ro-bind', join(CHECKOUT, 'inside/package.json'), '/opt/holdfast/inside/package.json'],
    ...['--ro-bind', join(import.meta.dirname, 'etc/resolv.conf'), '/etc/resolv.conf'],
    ...['--ro-bind', join(import.meta.dirname, 'etc/hosts'), '/etc/hosts'],
    ...['--ro-bind', join(import.meta.dirname, 'etc/nsswitch.conf'), '/etc/nsswitch.conf'],
    ...['--ro-bind', join(import.meta.dirname, 'etc/passwd'), '/etc/passwd'],
    ...['--setenv', 'LD_LIBRARY_PATH', '/opt/holdfast/node/lib'],
  ];
}

function program(): readonly string[] {
  return ['--', '/opt/holdfast/node/bin/node', '/opt/holdfast/inside/src/main.ts'];
}

function drive(
  child: ChildProcess,
  wish: Wish & {
    readonly folder: string;
    readonly incoming: string;
    readonly source: string;
    readonly handle: RawSocket;
  },
): TestSandbox {
  const channel = child.stdio[3] as net.Socket;
  const frames: FromInside[] = [];
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const waiting: (() => void)[] = [];
  const lines = createInterface({ input: channel }).on('line', (line) => {
    frames.push(JSON.parse(line) as FromInside);
    for (const wake of waiting.splice(0)) wake();
  });
  // The sandbox may be gone before it was spoken to; the reader of lines says it again.
  for (const end of [channel, lines]) end.on('error', () => undefined);
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const send = (frame: object): void => void channel.write(`${JSON.stringify(frame)}\n`);
  send({
    ...{ type: 'start', mode: 'run', env: {}, cwd: '/home/user/app', port: null, secrets: null },
    copy: { from: '/source', to: '/home/user/app' },
    ...wish.start,
  });
  const frame = async (type: FromInside['type']): Promise<FromInside> => {
    for (;;) {
      const found = frames.find((item) => item.type === type);
      if (found !== undefined) return found;
      const next = new Promise<void>((wake) => waiting.push(wake));
      const over = await Promise.race([next, ended.then(() => 'over' as const)]);
      if (over === 'over' && !frames.some((item) => item.type === type))
        throw new Error(`the sandbox ended without a frame "${type}":\n${output}`);
    }
  };
  return {
    child,
    output: () => output,
    frames,
    frame,
    send,
    closeChannel: () => channel.destroy(),
    ended,
    incoming: wish.incoming,
    source: wish.source,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      wish.handle.close(); // which removes the path
      await rm(wish.folder, { recursive: true, force: true });
    },
  };
}
