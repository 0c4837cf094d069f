// Passes bytes between two connections, both ways and unread.
import type { Socket } from 'node:net';
import type { Turn } from './turn.ts';

/**
 * Joins two connections, each opened with `allowHalfOpen`: the end of one direction ends that direction of the other, and a
 * connection that breaks takes the other with it. Who reads slowly is waited for.
 */
export function joinSockets(one: Socket, other: Socket, turn: Turn): void {
  pass(one, other, turn);
  pass(other, one, turn);
}

function pass(from: Socket, to: Socket, turn: Turn): void {
  from.on('data', (bytes: Buffer) => {
    turn.hold(to);
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
