// Talking to whoever else listens: through the file system, the abstract namespace and the network.
import { readdirSync, type Dirent } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { readFileSync, writeSync } from 'node:fs';
import { type Attempt } from './attempt.ts';
import { type Order, type StolenStart } from './order.ts';

/** Every socket that a walk from the root finds. */
export function listSockets(): string[] {
  const found: string[] = [];
  const open = ['/'];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop())
    for (const entry of entriesOf(folder)) {
      const path = `${folder === '/' ? '' : folder}/${entry.name}`;
      if (entry.isSocket()) found.push(path);
      else if (entry.isDirectory() && path !== '/proc') open.push(path);
    }
  return found;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

async function reach(where: NetConnectOpts): Promise<string> {
  const socket = connect(where);
  try {
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
      socket.setTimeout(3000, () => reject(new Error('silence')));
    });
    return 'connected';
  } finally {
    socket.destroy();
  }
}

/** Connecting to what the test listens on, to the host's sockets, and to other sessions. */
export function socketAttempts({ settings }: StolenStart, order: Order): Attempt[] {
  const own = settings.postgres.host;
  const strangers = listSockets().filter((path) => !path.startsWith(`${own}/`));
  const abstract = readFileSync('/proc/net/unix', 'latin1')
    .split('\n')
    .map((line) => /\s@(\S+)$/.exec(line)?.[1])
    .filter((name) => name !== undefined);
  return [
    ...[...strangers, ...order.paths].map((path) => ({
      name: `connect to ${path}`,
      act: () => reach({ path }),
    })),
    ...[...abstract, order.abstract].map((name) => ({
      name: `connect to the abstract socket ${name}`,
      act: () => reach({ path: `\0${name}` }),
    })),
    ...['127.0.0.1', '::1', '192.0.2.1'].map((host) => ({
      name: `connect to ${host}`,
      act: () => reach({ host, port: order.port }),
    })),
    { name: 'bind a port of its own for the machine', act: () => offer(order.port) },
  ];
}

// On a port of the machine's own network namespace this is refused, because the test holds it already.
async function offer(port: number): Promise<string> {
  await reach({ host: '127.0.0.1', port });
  return 'the same network';
}

/** Sends the supervisor what it does not expect. */
export function shoutAtSupervisor(): number {
  return writeSync(3, `${JSON.stringify({ type: 'start', settings: {}, secrets: {} })}\nnot JSON\n`);
}
