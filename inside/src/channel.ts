// The channel to the runner, on a descriptor that this program was given: one JSON object a line. A copy of what the rest of
// Holdfast has, because nothing of it is here.
import { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { FromInside, InsideSecrets, InsideStart, InsideStop } from './frames.ts';

/** Longest frame, in UTF-16 code units: the variables of a Space are in the first. */
const LONGEST = 16 * 1024 * 1024;

/** The channel. It is closed when the runner is gone, and this program ends then. */
export class Channel implements Disposable {
  readonly #socket: Socket;
  readonly #decoder = new StringDecoder('utf8');
  readonly #start = Promise.withResolvers<InsideStart>();
  readonly #secrets = Promise.withResolvers<InsideSecrets>();
  readonly #stop = Promise.withResolvers<InsideStop>();
  readonly #closed = Promise.withResolvers<undefined>();
  #rest = '';

  constructor(fd: number) {
    this.#socket = new Socket({ fd, readable: true, writable: true });
    const close = (): void => {
      this.#closed.resolve(undefined);
    };
    this.#socket.on('data', (bytes: Buffer) => {
      this.#accept(bytes);
    });
    this.#socket.on('end', close).on('close', close).on('error', close);
  }

  /** What is to be started. */
  get start(): Promise<InsideStart> {
    return this.#start.promise;
  }

  /** What the vault sealed for this program. */
  get secrets(): Promise<InsideSecrets> {
    return this.#secrets.promise;
  }

  /** Settles once the runner is gone. */
  get closed(): Promise<undefined> {
    return this.#closed.promise;
  }

  /** That the app is to end; may come before it has begun. */
  get stop(): Promise<InsideStop> {
    return this.#stop.promise;
  }

  /** Tells the runner. */
  send(frame: FromInside): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(frame)}\n`);
  }

  #accept(bytes: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST) this.#socket.destroy();
    for (const line of lines) {
      const frame = JSON.parse(line) as InsideStart | InsideSecrets | InsideStop;
      if (frame.type === 'start') this.#start.resolve(frame);
      else if (frame.type === 'secrets') this.#secrets.resolve(frame);
      else this.#stop.resolve(frame);
    }
  }

  /** What was sent is still delivered. */
  [Symbol.dispose](): void {
    this.#socket.destroySoon();
  }
}
