// Memory for the bodies that are being received. Many slow senders must not fill it: each is charged for what it sent,
// and when there is no more room its socket is left unread until somebody else is done.
// Invariant: no more is held than the limit and one body; one sender holds no more than its share and one body.
import { KiB } from '@holdfast/kernel/size';
import { hubBusy } from './faults.ts';

/** How much may be held at once. Bytes. */
export interface RoomLimits {
  readonly bytes: number;
  /** Of one address or one account. */
  readonly bytesPerSender: number;
}

/** What a connection keeps by itself while its body comes, before anybody reads it. */
const BASE = 64 * KiB;
/**
 * How long a body may wait for room, all its waits together, before its sender is told to come again. If each chunk could
 * wait anew, a body of many would hold what it has for minutes. Milliseconds.
 */
const WAIT_MS = 10_000;
/** More than so many do not wait: each has bytes in its socket that nobody is charged for. */
const MOST_WAITING = 1_000;

interface Waiting {
  readonly share: BodyShare;
  readonly bytes: number;
  readonly enter: () => void;
}

/** Room that bodies share. */
export class BodyRoom {
  readonly #limits: RoomLimits;
  /** In the order they came. */
  readonly #open = new Set<BodyShare>();
  readonly #waiting = new Set<Waiting>();
  readonly #heldBy = new Map<string, number>();
  #held = 0;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** Bytes that are held. */
  get held(): number {
    return this.#held;
  }

  /**
   * Makes room for one more body, of which `base` bytes are held from the start. Throws `request.busy`. Dispose the
   * result when nothing of the body is held any more.
   */
  async open(sender: string, base = BASE): Promise<BodyShare> {
    const share = new BodyShare(
      { sender, base },
      {
        take: (bytes) => this.#take(share, bytes),
        give: (bytes) => this.#give(share, bytes),
        close: () => this.#open.delete(share),
      },
    );
    this.#open.add(share);
    try {
      await this.#take(share, base);
    } catch (error) {
      this.#open.delete(share);
      throw error;
    }
    return share;
  }

  #take(share: BodyShare, bytes: number): Promise<void> | undefined {
    if (!this.#fits(share, bytes)) return this.#wait(share, bytes);
    this.#hold(share, bytes);
    return undefined;
  }

  // The oldest body always goes on: else bodies that hold a part each could all wait for one another's rest.
  #fits(share: BodyShare, bytes: number): boolean {
    const [oldest] = this.#open;
    if (share === oldest) return true;
    const ofSender = this.#heldBy.get(share.sender) ?? 0;
    return this.#held + bytes <= this.#limits.bytes && ofSender + bytes <= this.#limits.bytesPerSender;
  }

  #hold(share: BodyShare, bytes: number): void {
    this.#held += bytes;
    const ofSender = (this.#heldBy.get(share.sender) ?? 0) + bytes;
    if (ofSender > 0) this.#heldBy.set(share.sender, ofSender);
    else this.#heldBy.delete(share.sender);
  }

  #give(share: BodyShare, bytes: number): void {
    this.#hold(share, -bytes);
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.share, waiting.bytes)) continue;
      this.#waiting.delete(waiting);
      this.#hold(waiting.share, waiting.bytes);
      waiting.enter();
    }
  }

  async #wait(share: BodyShare, bytes: number): Promise<void> {
    if (this.#waiting.size >= MOST_WAITING) throw hubBusy();
    const turn = Promise.withResolvers<void>();
    const waiting: Waiting = { share, bytes, enter: turn.resolve };
    this.#waiting.add(waiting);
    const since = performance.now();
    const refuse = (): void => {
      if (this.#waiting.delete(waiting)) turn.reject(hubBusy());
    };
    const timer = setTimeout(refuse, Math.max(0, WAIT_MS - share.waited)).unref();
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
      share.waited += performance.now() - since;
    }
  }
}

interface Dealings {
  readonly take: (bytes: number) => Promise<void> | undefined;
  readonly give: (bytes: number) => void;
  readonly close: () => void;
}

/** What one body holds of the room. */
export class BodyShare implements Disposable {
  readonly sender: string;
  /** How long it has waited for room so far, in milliseconds. */
  waited = 0;
  readonly #room: Dealings;
  #charged: number;
  #received = 0;

  constructor({ sender, base }: { sender: string; base: number }, room: Dealings) {
    this.sender = sender;
    this.#charged = base;
    this.#room = room;
  }

  /** The chunks of a body, each once there is room for it. Throws `request.busy`. */
  async *receive<Chunk extends Uint8Array>(body: AsyncIterable<Chunk>): AsyncGenerator<Chunk> {
    for await (const chunk of body) {
      this.#received += chunk.length;
      const more = this.#received - this.#charged;
      if (more > 0) {
        await this.#room.take(more);
        this.#charged += more;
      }
      yield chunk;
    }
  }

  /** Says that the body is whole: from now on it holds its own bytes and no more. */
  settle(): void {
    const less = this.#charged - this.#received;
    this.#charged = this.#received;
    if (less > 0) this.#room.give(less);
  }

  [Symbol.dispose](): void {
    // First closed: then the next is the oldest when the room that is given back is shared out.
    this.#room.close();
    this.#room.give(this.#charged);
    this.#charged = 0;
  }
}
