// Passes frames between two children of ours without reading them. Each end may be replaced when its child is started anew,
// so whole frames are passed on: what comes from a new child never continues half a frame of the one before. Invariants:
// memory is bounded by one frame and what the pipes hold; who sends what is no frame is cut off.
import { type Duplex } from 'node:stream';
import { MAX_FRAME } from './channel.ts';

const LINE_END = 0x0a;
/** Bytes; a UTF-16 code unit is at most three. */
const LONGEST = MAX_FRAME * 3;

/** Puts bytes together to whole frames, line ends included. Throws a `RangeError` for a frame that is too long. */
export class FrameCutter {
  #rest: Buffer[] = [];
  #size = 0;

  /** The whole frames that these bytes complete, in one piece; empty where none is. */
  push(bytes: Buffer): Buffer {
    const end = bytes.lastIndexOf(LINE_END) + 1;
    const whole = end === 0 ? Buffer.alloc(0) : Buffer.concat([...this.#rest, bytes.subarray(0, end)]);
    if (end > 0) {
      this.#rest = [];
      this.#size = 0;
    }
    if (end < bytes.length) {
      this.#rest.push(bytes.subarray(end));
      this.#size += bytes.length - end;
    }
    if (this.#size > LONGEST) throw new RangeError('a frame is longer than any may be');
    return whole;
  }
}

/** One end of a relay: the stream to the child that is there now, if one is. */
export class RelayEnd {
  readonly #farewell: Buffer | undefined;
  #stream: Duplex | undefined;
  /** Until it is joined, nobody. */
  #other: RelayEnd = this;

  /** @param farewell what the other end is told when the child at this one is gone; one frame */
  constructor(farewell?: object) {
    this.#farewell = farewell && Buffer.from(`${JSON.stringify(farewell)}\n`);
  }

  /** Ties two ends together. */
  static join(one: RelayEnd, other: RelayEnd): void {
    one.#other = other;
    other.#other = one;
  }

  /** Takes a child's stream in place of the one before. */
  attach(stream: Duplex): void {
    const before = this.#stream;
    this.#stream = stream;
    before?.destroy();
    const cutter = new FrameCutter();
    stream.on('data', (bytes: Buffer) => {
      try {
        this.#pass(stream, cutter.push(bytes));
      } catch (error) {
        stream.destroy(error as Error);
      }
    });
    stream.on('error', () => undefined); // `close` follows, and is what counts
    stream.once('end', () => stream.destroy());
    stream.once('close', () => {
      this.#leave(stream);
    });
  }

  #pass(from: Duplex, frames: Buffer): void {
    if (frames.length === 0 || this.#stream !== from || this.#other === this) return;
    const to = this.#other.#stream;
    if (to === undefined || !to.writable) {
      const farewell = this.#other.#farewell;
      if (farewell !== undefined && from.writable) from.write(farewell);
      return;
    }
    if (to.write(frames)) return;
    // Whoever does not read holds up who sends, and not our memory.
    from.pause();
    const goOn = (): void => {
      to.off('drain', goOn).off('close', goOn);
      from.resume();
    };
    to.once('drain', goOn).once('close', goOn);
  }

  #leave(stream: Duplex): void {
    if (this.#stream !== stream) return;
    this.#stream = undefined;
    const to = this.#other.#stream;
    if (this.#farewell !== undefined && to?.writable === true) to.write(this.#farewell);
  }
}
