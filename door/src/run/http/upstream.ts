// The connection by which a client's requests go on.
import type { Socket } from 'node:net';

/** A connection to the next one; requests with the same key can follow each other on it. */
export interface Upstream {
  readonly socket: Socket;
  readonly key: string;
  used: boolean;
}

/** What is done about it. All but `drain` only while it is the current one; one that is not is closed when it says no more. */
export interface UpstreamActs {
  readonly isCurrent: (upstream: Upstream) => boolean;
  readonly receive: (bytes: Buffer) => void;
  readonly drain: () => void;
  /** It says no more. */
  readonly end: () => void;
  readonly lose: () => void;
}

/** Listens to a connection that was opened. */
export function adoptUpstream(socket: Socket, key: string, acts: UpstreamActs): Upstream {
  const upstream: Upstream = { socket, key, used: false };
  socket.on('data', (bytes: Buffer) => {
    if (acts.isCurrent(upstream)) acts.receive(bytes);
  });
  socket.on('drain', acts.drain);
  socket.on('end', () => {
    if (acts.isCurrent(upstream)) acts.end();
    else socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (acts.isCurrent(upstream)) acts.lose();
  });
  return upstream;
}
