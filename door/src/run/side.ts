// One side of the door: a socket that the runner bound, and the connections that came on it.
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { Connection } from './http/connection.ts';
import type { Limits, Policy, Shared } from './http/policy.ts';
import { Turn } from './http/turn.ts';

/** How a side is opened. */
export interface SideWish {
  /** Descriptor of the listening socket. */
  readonly fd: number;
  readonly policy: Policy;
  readonly limits: Limits;
  /** Connections at the same time. */
  readonly most: number;
  /** Said to one too many. */
  readonly full: string;
  /** Called for one too many. */
  readonly onFull: () => void;
}

/** A side that is open. */
export interface Side extends Disposable {
  readonly shared: Readonly<Shared>;
  /** Ends what took too long. Called about once a second. */
  check(now: number): void;
}

/** One too many is left so long to hear why, in milliseconds. */
const LEAVE_MS = 2_000;
/** So many of them at once; a flood of more is closed at once. */
const MOST_LEAVING = 256;

/** Listens until it is disposed of. */
export async function openSide(wish: SideWish, now: number): Promise<Side> {
  const shared: Shared = {
    limits: wish.limits,
    turn: new Turn(),
    up: 0,
    down: 0,
    requests: 0,
    active: 0,
    now,
  };
  const open = new Map<Socket, Connection>();
  const leaving = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (open.size >= wish.most) {
      wish.onFull();
      turnAway(socket, wish.full, leaving);
      return;
    }
    open.set(socket, new Connection(socket, wish.policy, shared));
    socket.once('close', () => {
      open.delete(socket);
    });
  });
  server.listen({ fd: wish.fd });
  await once(server, 'listening');
  return {
    shared,
    check: (time) => {
      shared.now = time;
      for (const connection of open.values()) connection.check(time);
    },
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of [...open.keys(), ...leaving]) socket.destroy();
    },
  };
}

// What it asks is read and let go: who still writes to a connection that is closed is told of that, and never reads why.
function turnAway(socket: Socket, why: string, leaving: Set<Socket>): void {
  socket.on('error', () => undefined);
  if (leaving.size >= MOST_LEAVING) {
    socket.end(why, () => socket.destroy());
    return;
  }
  leaving.add(socket);
  const timer = setTimeout(() => socket.destroy(), LEAVE_MS);
  socket.once('close', () => {
    clearTimeout(timer);
    leaving.delete(socket);
  });
  socket.resume().end(why);
}
