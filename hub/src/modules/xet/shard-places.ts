// How much one user may have of shards on their way: a body takes disk while it comes, what it describes takes memory until
// it is registered, and registering takes a thread. Nobody may fill these with the rights to a thousand repositories. Whoever
// finds no place waits for one with their body unread: clients up to 1.5.1 that are refused twice, however politely, try
// again after up to two and a half hours.
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { shardsTooMany } from './faults.ts';
import { MOST_SHARD } from './format/shard-records.ts';

/** The shards of one user: how many, bytes of their bodies, and bytes of memory of what they describe. */
const MOST_OF_ONE: Share = { shards: 32, body: 8 * MOST_SHARD, memory: 192 * MiB };
/** What all shards may describe together, in bytes of memory. */
const MOST_MEMORY = 384 * MiB;
/** The memory of a shard before it was read: an empty file has 96 bytes in it and takes some 700; the limits allow this most. */
const MEMORY = { perByte: 8, most: 96 * MiB };
/** Shards of one user that may wait. Clients send a few at once. */
const MOST_WAITING = 64;

interface Share {
  shards: number;
  body: number;
  memory: number;
}

interface Waiting {
  readonly wish: Share;
  readonly enter: () => void;
}

interface Sender {
  readonly held: Share;
  /** In the order in which they came. */
  readonly waiting: Set<Waiting>;
}

/** The place of a shard; disposed when that is registered. */
export interface ShardPlace extends Disposable {
  /** Its body is gone: what is left is so many bytes of memory for what it describes, and its turn. */
  shrink(memory: number): void;
}

/** The places of all users. */
export class ShardPlaces {
  readonly #senders = new Map<Id, Sender>();
  #memory = 0;

  /**
   * Waits for a place for a shard, which is kept until the result is disposed; `announced` is absent where its sender did not
   * say how long it is. Throws `xet.shards-too-many`, or the reason of the signal.
   */
  async take(userId: Id, announced: number | undefined, signal: AbortSignal): Promise<ShardPlace> {
    signal.throwIfAborted();
    // One that is longer is refused for that, by whoever receives it.
    const body = Math.min(MOST_SHARD, announced ?? MOST_SHARD);
    const wish = { shards: 1, body, memory: Math.min(MEMORY.most, MEMORY.perByte * body) };
    const sender = this.#senders.get(userId) ?? { held: { ...NOTHING }, waiting: new Set() };
    this.#senders.set(userId, sender);
    if (this.#fits(sender, wish)) this.#add(sender, wish, 1);
    else await this.#wait(sender, wish, signal);
    return {
      shrink: (memory) => {
        this.#add(sender, { shards: 0, body: wish.body, memory: wish.memory - memory }, -1);
        wish.body = 0;
        wish.memory = memory;
        this.#letIn();
      },
      [Symbol.dispose]: () => {
        this.#add(sender, wish, -1);
        this.#forget(userId, sender);
        this.#letIn();
      },
    };
  }

  async #wait(sender: Sender, wish: Share, signal: AbortSignal): Promise<void> {
    if (sender.waiting.size >= MOST_WAITING) throw shardsTooMany(sender.held.shards);
    const turn = Promise.withResolvers<undefined>();
    const waiting = { wish, enter: () => turn.resolve(undefined) };
    const leave = (): void => {
      if (sender.waiting.delete(waiting)) turn.reject(signal.reason);
    };
    sender.waiting.add(waiting);
    signal.addEventListener('abort', leave, { once: true });
    try {
      await turn.promise;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  /** Lets in who fits now. Who wants little does not wait behind who wants much, nor behind who has too much already. */
  #letIn(): void {
    for (const sender of this.#senders.values())
      for (const waiting of sender.waiting) {
        if (!this.#fits(sender, waiting.wish)) continue;
        sender.waiting.delete(waiting);
        this.#add(sender, waiting.wish, 1);
        waiting.enter();
      }
  }

  #fits({ held }: Sender, wish: Share): boolean {
    const isTooMuch = (kind: keyof Share): boolean => held[kind] + wish[kind] > MOST_OF_ONE[kind];
    if (isTooMuch('shards') || isTooMuch('body') || isTooMuch('memory')) return false;
    return this.#memory + wish.memory <= MOST_MEMORY;
  }

  #add({ held }: Sender, share: Share, sign: 1 | -1): void {
    held.shards += sign * share.shards;
    held.body += sign * share.body;
    held.memory += sign * share.memory;
    this.#memory += sign * share.memory;
  }

  #forget(userId: Id, { held, waiting }: Sender): void {
    if (held.shards === 0 && waiting.size === 0) this.#senders.delete(userId);
  }
}

const NOTHING: Share = { shards: 0, body: 0, memory: 0 };
