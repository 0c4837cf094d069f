// Requests to an app in a sandbox by its door, against the same app started plainly: a bare node:http server, beside which what stands
// before it costs the most, and one in Python, as Spaces are.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import type { DoorStart } from '@holdfast/door/run/frames';
import { withCpu } from './cpu.ts';
import { findFreePort } from './nginx.ts';
import { mustRun, openScratch, ROOT } from './program.ts';
import { takeTurns, type Result, type Turn } from './result.ts';

const CONNECTIONS = 64;
const SECONDS = 4;
const APP_PORT = 7860;
const BODY = 'x'.repeat(1_024);
const GOALS = {
  unit: 'req/s',
  cpuUnit: 'µs/req',
  yardstick: 'the same app, plain',
  goal: 'reach 0.6',
  limit: { of: 'rate', side: 'reach', limit: 0.6 },
} as const;

/** An app, as a command that serves a kilobyte on a port. */
type App = (port: number) => readonly [string, ...string[]];

const BARE: App = (port) => [
  process.execPath,
  '-e',
  `const body = '${BODY}'; const head = { 'Content-Type': 'text/plain', 'Content-Length': ${BODY.length} };
  require('node:http').createServer((_, response) => response.writeHead(200, head).end(body)).listen(${port}, '127.0.0.1')`,
];

/** Spaces are written in Python, where an answer takes as long as with h11 or Werkzeug. */
const PYTHON: App = (port) => [
  '/usr/bin/python3',
  '-c',
  `from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "${BODY.length}")
        self.end_headers()
        self.wfile.write(b"x" * ${BODY.length})
    def log_message(self, *args): pass
ThreadingHTTPServer.request_queue_size = 128
ThreadingHTTPServer(("127.0.0.1", ${port}), App).serve_forever()`,
];

/** Measures requests per second over 64 connections. */
export async function measureDoor(rounds: number): Promise<readonly Result[]> {
  return [
    { name: 'GET by the door, bare node:http', ...GOALS, ...(await compare(BARE, rounds)) },
    { name: 'GET by the door, http.server of Python', ...GOALS, ...(await compare(PYTHON, rounds)) },
  ];
}

async function compare(app: App, rounds: number): Promise<Pick<Result, 'hub' | 'yard'>> {
  await using stack = new AsyncDisposableStack();
  const scratch = stack.use(await openScratch());
  const plainPort = await findFreePort();
  const [file, ...args] = app(plainPort);
  const plain = stack.use(new Program(file, args, []));
  const appSocket = bindSocket(path.join(scratch.path, 'app.sock'), -1);
  const out = bindSocket(path.join(scratch.path, 'out.sock'), -1);
  const visits = bindSocket('127.0.0.1', 0);
  const sandbox = stack.use(openSandbox(appSocket.fd));
  const door = stack.use(
    new Program(process.execPath, [path.join(ROOT, 'door/src/run/main.ts')], [out.fd, visits.fd]),
  );
  sandbox.send({
    ...{ type: 'start', mode: 'run', command: app(APP_PORT), port: APP_PORT },
    ...{ env: libraries(), cwd: '/', copy: null, secrets: null },
  });
  const start: DoorStart = {
    ...{ type: 'start', egress: { kind: 'closed' }, ports: [80, 443], own: [], resolver: null },
    hub: { name: 'hub.holdfast.internal', publicName: null, address: '127.0.0.1', port: 1, proof: null },
    ...{ incoming: path.join(scratch.path, 'app.sock'), spaceHost: 'a-b.localhost', secrets: null },
  };
  door.send(start);
  await Promise.all([sandbox.said('listening'), door.said('ready')]);
  return await takeTurns(rounds, {
    hub: async () => await measure(door.pid, visits.port),
    yard: async () => await measure(plain.pid, plainPort),
  });
}

async function measure(pid: number, port: number): Promise<Turn> {
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, `http://127.0.0.1:${port}/`];
  const { result: printed, cpu } = await withCpu(pid, async () => await mustRun('wrk', load));
  const counted = /(\d+) requests in ([\d.]+)s/.exec(printed);
  if (counted === null || /Non-2xx|Socket errors/.test(printed))
    throw new Error(`wrk saw errors\n${printed}`);
  return { rate: Number(counted[1]) / Number(counted[2]), cpu: (cpu / Number(counted[1])) * 1e6 };
}

/** The program inside, in a network of its own, as a sandbox has one. */
function openSandbox(appFd: number): Program {
  const inside = [process.execPath, path.join(ROOT, 'inside/src/main.ts')];
  const begin = ['sh', '-c', 'ip link set lo up && exec "$0" "$@"', ...inside];
  return new Program(
    'unshare',
    ['--user', '--map-root-user', '--net', '--pid', '--fork', '--kill-child', ...begin],
    [appFd],
  );
}

function libraries(): Record<string, string> {
  const folder = process.env['LD_LIBRARY_PATH'];
  return folder === undefined ? {} : { LD_LIBRARY_PATH: folder };
}

/** A program with a channel on descriptor 3, and bound sockets after it. */
class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #frames: string[] = [];

  constructor(file: string, args: readonly string[], sockets: readonly number[]) {
    this.#child = spawn(file, args, {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...libraries() },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', ...sockets],
    });
    const lines = createInterface({ input: this.#channel }).on('line', (line) => this.#frames.push(line));
    // One that is killed while something is on its way to it resets the channel; the reader of lines says it again.
    for (const end of [this.#channel, lines]) end.on('error', () => undefined);
  }

  get #channel(): Socket {
    return this.#child.stdio[3] as Socket;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  send(frame: object): void {
    this.#channel.write(`${JSON.stringify(frame)}\n`);
  }

  /** Waits for a frame. Throws when it does not come. */
  async said(type: string): Promise<void> {
    for (let tries = 0; tries < 400; tries += 1) {
      if (this.#frames.some((line) => line.startsWith(`{"type":"${type}"`))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`a program did not say "${type}"`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#channel.destroy();
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await ended;
  }
}

interface Bound {
  readonly fd: number;
  readonly port: number;
}
interface RawSocket {
  readonly fd: number;
  getsockname?(name: { port?: number }): number;
}

/** Binds, and does not listen: a socket of this kind is handed to the door by the runner. */
function bindSocket(address: string, port: number): Bound {
  const make = (
    net as unknown as { _createServerHandle: (address: string, port: number, family: number) => RawSocket }
  )._createServerHandle;
  const handle = make(address, port, port < 0 ? -1 : 4);
  const name: { port?: number } = {};
  handle.getsockname?.(name);
  return { fd: handle.fd, port: name.port ?? 0 };
}
