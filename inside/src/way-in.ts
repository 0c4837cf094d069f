// How visitors reach the app: on a socket that the runner bound where the sandbox cannot see it, or, where no descriptor comes in, by
// connections to the door on which it waits for them. Either way they are passed on to the app's port.
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { joinSockets } from './join.ts';
import { listen } from './listener.ts';
import { Turn } from './turn.ts';

/** The descriptor of the socket. */
const INCOMING_FD = 4;
/** The door's socket for connections that wait for visitors, and how many do. */
const VISITS = '/run/holdfast/out/visits.sock';
const WAITING = 8;
const AGAIN_MS = 1_000;
/** An app that says `localhost` may mean either. */
const ADDRESSES = ['127.0.0.1', '::1'];
/** It is looked whether an app accepts after each hundredth of what it has taken so far, within these bounds. */
const PART = 100;
const [SHORTEST_WAIT_MS, LONGEST_WAIT_MS] = [10, 200];

/** Waits until the port accepts. Returns the address on which it does; `undefined` when the signal came first. */
export async function waitForPort(port: number, signal: AbortSignal): Promise<string | undefined> {
  const began = Date.now();
  while (!signal.aborted) {
    for (const address of ADDRESSES) if (await accepts(address, port)) return address;
    const wait = Math.min(Math.max((Date.now() - began) / PART, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
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

/** Passes on visitors who come by connections that wait for them, until it is disposed of. */
export function openWaitingWayIn(host: string, port: number): Disposable {
  const turn = new Turn();
  const open = new Set<Socket>();
  let closed = false;
  const wait = (): void => {
    if (closed) return;
    const visitor = connect({ path: VISITS, allowHalfOpen: true });
    open.add(visitor);
    visitor.once('close', () => {
      open.delete(visitor);
    });
    // The door is full, or gone; who is gone takes all of this with it.
    const again = (): void => void setTimeout(wait, AGAIN_MS).unref();
    visitor.once('close', again).on('error', () => undefined);
    visitor.once('readable', () => {
      const first = visitor.read() as Buffer | null;
      if (first === null) {
        visitor.destroy();
        return;
      }
      visitor.off('close', again);
      wait();
      visitor.unshift(first);
      joinSockets(visitor, connect({ host, port, allowHalfOpen: true, noDelay: true }), turn);
    });
  };
  for (let n = 0; n < WAITING; n += 1) wait();
  return {
    [Symbol.dispose]: () => {
      closed = true;
      for (const visitor of open) visitor.destroy();
    },
  };
}
