// Passes bytes between two connections, both ways and unread.
import type { Socket } from 'node:net';

/**
 * Joins two connections, each opened with `allowHalfOpen`: the end of one direction ends that direction of the other, and a
 * connection that breaks takes the other with it. Who reads slowly is waited for.
 */
export function joinSockets(one: Socket, other: Socket): void {
  pass(one, other);
  pass(other, one);
}

function pass(from: Socket, to: Socket): void {
  from.on('data', (bytes: Buffer) => {
    if (!to.write(bytes)) from.pause();
  });
  to.on('drain', () => {
    from.resume();
  });
  from.on('end', () => {
    to.end();
  });
  from.on('error', () => {
    to.destroy();
  });
  // Directions that ended well have been passed on; all else has not.
  from.on('close', () => {
    if (!from.readableEnded || !from.writableFinished) to.destroy();
  });
}
