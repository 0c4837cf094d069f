// Starts the world, doors in it, and sandboxes behind them.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { bindUnix, type BoundSocket } from '@holdfast/platform/listeners';
import type { DoorStart, FromDoor } from '../../src/run/frames.ts';
import { PLAYED } from './values.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');
const PLAIN = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const LO =
  'ip link set lo up && for at in 93.184.216.34 93.184.216.35 169.254.169.254; do ip addr add $at/32 dev lo; done';

/** What the world saw. */
export interface Seen {
  readonly query?: string;
  readonly request?: string;
  /** Where it was told: the version of HTTP. */
  readonly spoken?: string;
  readonly host?: string;
  readonly hub?: string;
  readonly headers?: readonly string[];
  /** Of a host that the world plays: which, and what it was asked. */
  readonly played?: string;
  readonly method?: string;
  readonly url?: string;
  readonly raw?: readonly string[];
  readonly body?: string;
  readonly closed?: string;
  /** What somebody said in a WebSocket, by its length. */
  readonly message?: number;
}

/** A world. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly seen: Seen[];
  openDoor(wish?: Partial<DoorStart>): Promise<TestDoor>;
}

/** A door in it. */
export interface TestDoor extends AsyncDisposable {
  /** The folder of the socket that leads out, and the socket for visitors. */
  readonly out: string;
  readonly visits: string;
  /** Where the app is to listen. */
  readonly app: string;
  /** Where its connections are to wait, when the door is told of no socket of its. */
  readonly waiting: string;
  readonly pid: number;
  readonly frames: FromDoor[];
  onFrame(listener: (frame: FromDoor) => void): void;
  send(frame: object): void;
  readonly ended: Promise<unknown>;
  closeChannel(): void;
}

async function mustRun(file: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(file, args, { cwd, env: { ...PLAIN, HOME: cwd }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${said}`);
}

/** Makes a repository, and a certificate. */
async function furnish(folder: string): Promise<void> {
  const names = ['models.example.org', 'other.example.org', 'modern.example.org', ...Object.values(PLAYED)]
    .map((name) => `DNS:${name}`)
    .join(',');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem'];
  const subject = ['-subj', '/CN=models.example.org', '-addext', `subjectAltName=${names}`, '-days', '2'];
  await mustRun('openssl', ['req', '-x509', ...key, '-out', 'cert.pem', ...subject], folder);
  await makeRepository(folder);
}

/** Makes `repo.git` in a folder: a repository with one file, which can be cloned from files. */
export async function makeRepository(folder: string): Promise<void> {
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  await mustRun('git', ['init', '-q', 'work'], folder);
  await writeFile(join(folder, 'work/file.txt'), 'cloned');
  await mustRun('git', ['add', 'file.txt'], join(folder, 'work'));
  await mustRun('git', [...identity, 'commit', '-qm', 'one'], join(folder, 'work'));
  await mustRun('git', ['clone', '-q', '--bare', 'work', 'repo.git'], folder);
  await mustRun('git', ['update-server-info'], join(folder, 'repo.git'));
}

/** Opens it, as root and as an ordinary user alike. */
export async function openWorld(): Promise<World> {
  const folder = await mkdtemp('/tmp/hf-world-');
  await furnish(folder);
  const script = `${LO} && exec "$0" "$@"`;
  const program = [process.execPath, join(import.meta.dirname, 'world.ts'), folder];
  const child = spawn('unshare', ['--user', '--map-root-user', '--net', 'sh', '-c', script, ...program], {
    env: { ...PLAIN, LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seen: Seen[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => seen.push(JSON.parse(line) as Seen));
  await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the world did not begin'))),
  ]);
  return {
    folder,
    seen,
    openDoor: async (wish = {}) => await openDoor(child.pid ?? 0, folder, wish),
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const START: DoorStart = {
  type: 'start',
  egress: { kind: 'open' },
  ports: [80, 443],
  hub: {
    name: 'hub.holdfast.internal',
    publicName: 'hub.example.org',
    address: '127.0.0.1',
    port: 9_000,
    proof: null,
  },
  own: [],
  resolver: ['127.0.0.1:5353'],
  incoming: '',
  spaceHost: 'a-b.spaces.example.org',
  secrets: null,
};

async function openDoor(world: number, folder: string, wish: Partial<DoorStart>): Promise<TestDoor> {
  const place = await mkdtemp(join(folder, 'door-'));
  const [out, visits, app] = [join(place, 'out'), join(place, 'visits.sock'), join(place, 'app.sock')];
  await mkdir(out);
  const waiting = join(out, 'visits.sock');
  const sockets: BoundSocket[] = [bindUnix(join(out, 'door.sock')), bindUnix(visits), bindUnix(waiting)];
  const enter = ['--preserve-credentials', '-U', '-n', '-t', String(world), '--', process.execPath];
  const child = spawn('nsenter', [...enter, join(CHECKOUT, 'door/src/run/main.ts')], {
    env: { ...PLAIN, LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'] },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe', ...sockets.map(({ handle }) => handle.fd)],
  });
  return await driveDoor(child, { ...START, incoming: app, ...wish }, { out, visits, app, waiting, sockets });
}

async function driveDoor(
  child: ChildProcess,
  start: DoorStart,
  place: Pick<TestDoor, 'out' | 'visits' | 'app' | 'waiting'> & { readonly sockets: readonly BoundSocket[] },
): Promise<TestDoor> {
  const channel = child.stdio[3] as Socket;
  const frames: FromDoor[] = [];
  const lines = createInterface({ input: channel });
  // A door that is killed while something is on its way to it resets the channel; the reader of lines says it again.
  for (const end of [channel, lines]) end.on('error', () => undefined);
  const listeners: ((frame: FromDoor) => void)[] = [];
  lines.on('line', (line) => {
    const frame = JSON.parse(line) as FromDoor;
    frames.push(frame);
    for (const listener of listeners) listener(frame);
  });
  channel.write(`${JSON.stringify(start)}\n`);
  const ended = once(child, 'close');
  await Promise.race([
    once(lines, 'line'),
    ended.then(() => Promise.reject(new Error('the door did not open'))),
  ]);
  return {
    ...place,
    pid: child.pid ?? 0,
    frames,
    onFrame: (listener) => listeners.push(listener),
    send: (frame) => channel.write(`${JSON.stringify(frame)}\n`),
    ended,
    closeChannel: () => channel.destroy(),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      for (const socket of place.sockets) socket[Symbol.dispose]();
    },
  };
}
