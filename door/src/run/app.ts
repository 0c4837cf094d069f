// How the door reaches the app: on its socket, or, where a sandbox can be handed none, by connections that come from inside and wait.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { tellVisitor } from './answers.ts';
import type { Opened } from './http/policy.ts';

/** The app of a door. */
export interface App extends Disposable {
  open(): Opened | Promise<Opened>;
}

/** Where connections come that wait. */
const WAITING_FD = 6;
/** The app can connect, too: what it has waiting is bounded, and what it takes is its own visitors. */
const MOST_WAITING = 64;
const PATIENCE_MS = 10_000;

/** Opens the way; `null`: connections wait. */
export async function openApp(socket: string | null): Promise<App> {
  return socket === null ? await WaitingApp.open() : new SocketApp(socket);
}

class SocketApp implements App {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  open(): Opened {
    return { kind: 'open', socket: connect({ path: this.#path, allowHalfOpen: true }) };
  }

  [Symbol.dispose](): void {
    // Its connections end with those of visitors.
  }
}

type Taker = (socket: Socket) => void;

/** Gives visitors the connections that wait, and lets visitors wait when there are none. */
export class WaitingApp implements App {
  readonly #waiting = new Set<Socket>();
  readonly #takers = new Set<Taker>();
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => {
    this.#accept(socket);
  });

  /** Listens on the descriptor. */
  static async open(): Promise<WaitingApp> {
    const app = new WaitingApp();
    app.#server.listen({ fd: WAITING_FD });
    await once(app.#server, 'listening');
    return app;
  }

  async open(): Promise<Opened> {
    const [socket] = this.#waiting;
    if (socket !== undefined) {
      this.#waiting.delete(socket);
      return { kind: 'open', socket };
    }
    const { promise, resolve } = Promise.withResolvers<Opened>();
    const take: Taker = (given) => {
      clearTimeout(timer);
      resolve({ kind: 'open', socket: given });
    };
    const timer = setTimeout(() => {
      this.#takers.delete(take);
      resolve({
        kind: 'refused',
        answer: tellVisitor(504, 'The app takes no visitor in. Try again in a moment.'),
      });
    }, PATIENCE_MS);
    this.#takers.add(take);
    return await promise;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined); // whoever has it hears of its end
    const [take] = this.#takers;
    if (take !== undefined) {
      this.#takers.delete(take);
      take(socket);
    } else if (this.#waiting.size >= MOST_WAITING) socket.destroy();
    else {
      this.#waiting.add(socket);
      // Closed with it: else an app that connects and hangs up, again and again, takes every descriptor of its door.
      const forget = (): void => {
        if (this.#waiting.delete(socket)) socket.destroy();
      };
      socket.once('close', forget).once('end', forget);
    }
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
  }
}
