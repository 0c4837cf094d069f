// Lets what is written in one turn of the event loop leave together. Written one by one, each write wakes a peer that had just fallen
// asleep, which costs more than all else a small answer needs.
import type { Socket } from 'node:net';

/** The sockets that were written to in this turn. */
export class Turn {
  #sockets: Socket[] = [];
  readonly #end = (): void => {
    const sockets = this.#sockets;
    this.#sockets = [];
    for (const socket of sockets) socket.uncork();
  };

  /** Holds what is written to a socket until the turn ends. */
  hold(socket: Socket): void {
    if (this.#sockets.length === 0) setImmediate(this.#end);
    socket.cork();
    this.#sockets.push(socket);
  }
}
