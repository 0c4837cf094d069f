// The control channel between the supervisor and one child: JSON objects, one per line, over an inherited socket pair.
// A frame is bounded, so that a child that was taken over cannot fill the supervisor's memory.
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { type Duplex } from 'node:stream';

/** Longest frame, in UTF-16 code units, without its line end. */
export const MAX_FRAME = 1024 * 1024;

/** Frames that wait for somebody to listen. */
const MOST_WAITING = 1_000;

/** The descriptor on which a child finds its channel. */
export const CHANNEL_FD = 3;

/** Pieces that are kept apart before they are put together. */
const MOST_PIECES = 1_024;

/** Cuts a byte stream into frames. Throws a `RangeError` when a frame is too long, a `SyntaxError` when it is not JSON. */
export class FrameReader {
  readonly #decoder = new StringDecoder('utf8');
  /** Of a frame whose end has not come. Not one text: who sends byte by byte would have all of it looked through for each. */
  #pieces: string[] = [];
  #length = 0;

  /** The frames that these bytes complete. */
  push(bytes: Uint8Array): unknown[] {
    const lines = this.#decoder.write(Buffer.from(bytes)).split('\n');
    const rest = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = this.#pieces.splice(0).join('') + (lines[0] ?? '');
      this.#length = 0;
    }
    this.#keep(rest);
    if (this.#length > MAX_FRAME || lines.some((line) => line.length > MAX_FRAME)) {
      throw new RangeError(`a frame on the channel is longer than ${String(MAX_FRAME)} characters`);
    }
    return lines.filter((line) => line !== '').map((line): unknown => JSON.parse(line));
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    this.#pieces.push(piece);
    if (this.#pieces.length > MOST_PIECES) this.#pieces = [this.#pieces.join('')];
  }
}

/** One end of a channel. Closing is an event both sides act on: each then knows that the other is gone. */
export class Channel implements AsyncDisposable {
  readonly #stream: Duplex;
  readonly #reader = new FrameReader();
  readonly #waiting: unknown[] = [];
  #listener: ((frame: unknown) => void) | undefined;
  readonly #closed = Promise.withResolvers<Error | undefined>();

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      this.#accept(bytes);
    });
    stream.on('error', (error) => {
      this.#closed.resolve(error);
    });
    stream.on('end', () => {
      stream.end();
      this.#closed.resolve(undefined);
    });
    stream.on('close', () => {
      this.#closed.resolve(undefined);
    });
  }

  /** Settles once the other side is gone; with the reason when that was an error. */
  get closed(): Promise<Error | undefined> {
    return this.#closed.promise;
  }

  /** Sends one frame. A closed channel swallows it: `closed` tells. */
  send(frame: object): void {
    const line = JSON.stringify(frame);
    if (line.length > MAX_FRAME) throw new RangeError('the frame is too long for the channel');
    if (this.#stream.writable) this.#stream.write(`${line}\n`);
  }

  /** Calls the listener for each frame, beginning with those that came before it. One listener per channel. */
  onFrame(listener: (frame: unknown) => void): void {
    this.#listener = listener;
    for (const frame of this.#waiting.splice(0)) listener(frame);
  }

  /** The next frame; `undefined` when the channel closes without one. Takes the place of the listener. */
  async next(): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const [first] = this.#waiting.splice(0, 1);
    if (first !== undefined) return first;
    this.#listener = (frame) => {
      this.#listener = undefined;
      resolve(frame);
    };
    return await Promise.race([promise, this.#closed.promise.then(() => undefined)]);
  }

  #accept(bytes: Buffer): void {
    try {
      for (const frame of this.#reader.push(bytes)) {
        if (this.#listener === undefined) this.#keep(frame);
        else this.#listener(frame);
      }
    } catch (error) {
      this.#stream.destroy(error instanceof Error ? error : new Error('unreadable frame'));
    }
  }

  #keep(frame: unknown): void {
    if (this.#waiting.length >= MOST_WAITING) throw new RangeError('nobody reads the frames of the channel');
    this.#waiting.push(frame);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stream.destroy();
    await this.#closed.promise;
  }
}

/** A channel over a Unix socket. Rejects with the system's error when nobody listens there. */
export async function connectChannel(path: string): Promise<Channel> {
  const socket = connect({ path });
  await once(socket, 'connect');
  return new Channel(socket);
}

/** A channel that a child was given at its start; the supervisor's, unless another is named. */
export function openInheritedChannel(fd = CHANNEL_FD): Channel {
  return new Channel(new Socket({ fd, readable: true, writable: true }));
}
