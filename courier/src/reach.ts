// The only way out: opens connections to the places that the operator named.
import { connect, type Socket } from 'node:net';

/** A place, as the operator named it. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Connects. Aborting the signal ends the connection, at any time. */
export async function openSocket(place: Place, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ ...place, autoSelectFamily: true });
  signal.addEventListener('abort', () => {
    socket.destroy(signal.reason as Error);
  });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  socket.once('connect', () => {
    resolve(undefined);
  });
  socket.once('error', reject);
  await promise;
  socket.off('error', reject);
  return socket;
}
