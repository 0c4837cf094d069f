// How visitors reach the app: on a socket that the runner bound where the sandbox cannot see it, passed on to the app's port.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { joinSockets } from './join.ts';
import { listen } from './listener.ts';
import { Turn } from './turn.ts';

/** The descriptor of the socket. */
const INCOMING_FD = 4;
/** An app that says `localhost` may mean either. */
const ADDRESSES = ['127.0.0.1', '::1'];
const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 200;

/** Waits until the port accepts. Returns the address on which it does; `undefined` when the signal came first. */
export async function waitForPort(port: number, signal: AbortSignal): Promise<string | undefined> {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 1.2, LONGEST_WAIT_MS)) {
    for (const address of ADDRESSES) if (await accepts(address, port)) return address;
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  socket.once('connect', () => {
    resolve(true);
  });
  socket.once('error', () => {
    resolve(false);
  });
  const answer = await promise;
  socket.destroy();
  return answer;
}

/** Passes visitors on to the app until it is disposed of. */
export async function openWayIn(host: string, port: number): Promise<Disposable> {
  const turn = new Turn();
  return await listen({ fd: INCOMING_FD }, (visitor) => {
    joinSockets(visitor, connect({ host, port, allowHalfOpen: true, noDelay: true }), turn);
  });
}
