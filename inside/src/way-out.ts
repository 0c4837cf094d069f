// How what the app sends leaves the sandbox: by the door's socket, and by no other way. Clients that know proxies find one;
// those that know none find every name at 127.0.0.1, and listeners that read whom they want.
import { connect, type Socket } from 'node:net';
import { findServerName } from './client-hello.ts';
import { joinSockets } from './join.ts';
import { listen } from './listener.ts';
import { findHost, isHostName, type RequestHost } from './request-host.ts';
import { Turn } from './turn.ts';

/** Where a proxy is for who knows one. */
export const PROXY_PORT = 3128;
const ADDRESS = '127.0.0.1';
const FIRST_BYTES_MS = 20_000;
const LONGEST_START = 65_536;
/** The alert `access_denied` (RFC 8446, 6.2): a client that is refused need not wait. */
const TLS_REFUSED = Buffer.from([21, 3, 1, 0, 2, 2, 49]);
const HTTP_REFUSED = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/** A port on which clients speak as if they had reached whom they want. */
interface Guise {
  readonly port: number;
  readonly find: (bytes: Buffer) => RequestHost;
  /** Said when there is nobody to be found. */
  readonly refusal: Buffer | string;
  /** Whether what the door answers to a refused connection is an answer to this client, too. */
  readonly answers: boolean;
}

const GUISES: readonly Guise[] = [
  { port: 80, find: findHost, refusal: HTTP_REFUSED, answers: true },
  { port: 443, find: findServerName, refusal: TLS_REFUSED, answers: false },
];

/** Listens until it is disposed of. Rejects when a port cannot be bound. */
export async function openWayOut(door: string): Promise<Disposable> {
  using stack = new DisposableStack();
  const turn = new Turn();
  const open = async (port: number, serve: (socket: Socket) => void): Promise<void> => {
    stack.use(await listen({ port, host: ADDRESS }, serve));
  };
  await open(PROXY_PORT, (socket) => {
    joinSockets(socket, connect({ path: door, allowHalfOpen: true }), turn);
  });
  for (const guise of GUISES)
    await open(guise.port, (socket) => {
      lead(socket, { guise, door, turn });
    });
  return stack.move();
}

interface Lead {
  readonly guise: Guise;
  readonly door: string;
  readonly turn: Turn;
}

// Collects the first bytes until they tell whom the client wants.
function lead(client: Socket, { guise, door, turn }: Lead): void {
  let start = Buffer.alloc(0);
  const refuse = (): void => void client.end(guise.refusal).resume();
  client.setTimeout(FIRST_BYTES_MS, () => client.destroy());
  client.on('error', () => client.destroy());
  const read = (bytes: Buffer): void => {
    start = Buffer.concat([start, bytes]);
    const found = guise.find(start);
    if (found.kind === 'more' && start.length <= LONGEST_START) return;
    client.off('data', read);
    client.setTimeout(0).pause();
    if (found.kind === 'name' && isHostName(found.name))
      openTunnel({ client, start, guise, door, turn, target: `${found.name}:${guise.port}` });
    else refuse();
  };
  client.on('data', read);
}

interface Tunnel extends Lead {
  readonly client: Socket;
  readonly start: Buffer;
  readonly target: string;
}

// Asks the door for a connection, and hands over what was read.
function openTunnel({ client, start, guise, door, turn, target }: Tunnel): void {
  const out = connect({ path: door, allowHalfOpen: true });
  out.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  let answer = Buffer.alloc(0);
  const leave = (): void => void client.destroy();
  out.on('error', leave).on('close', leave);
  client.once('close', () => out.destroy());
  const read = (bytes: Buffer): void => {
    answer = Buffer.concat([answer, bytes]);
    const end = answer.indexOf('\r\n\r\n');
    if (end < 0 && answer.length <= LONGEST_START) return;
    out.off('data', read).off('close', leave);
    const granted = answer.toString('latin1', 0, 13) === 'HTTP/1.1 200 ';
    if (!granted && !guise.answers) {
      out.destroy();
      client.end(guise.refusal).resume();
      return;
    }
    client.write(granted ? answer.subarray(end + 4) : answer);
    if (granted) out.write(start);
    joinSockets(client, out, turn);
    client.resume();
  };
  out.on('data', read);
}
