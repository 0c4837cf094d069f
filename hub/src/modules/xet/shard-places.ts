// How much one user may have of shards on their way: a body takes disk while it comes, what it describes takes memory until
// it is registered, and registering takes a thread. Nobody may fill these with the rights to a thousand repositories.
import { type Id } from '@holdfast/kernel/id';
import { MiB } from '@holdfast/kernel/size';
import { shardsTooMany } from './faults.ts';
import { MOST_SHARD } from './format/shard-records.ts';

/** What the shards of one user may have together, in bytes: eight of the largest. */
const MOST_BYTES = 8 * MOST_SHARD;
/** What a shard counts at least: the thread it will want. So there are 32 small ones at most. */
const LEAST_BYTES = 16 * MiB;

interface Held {
  shards: number;
  bytes: number;
}

/** The places of all users. */
export class ShardPlaces {
  readonly #held = new Map<Id, Held>();

  /**
   * Takes a place for a shard until the result is disposed; `announced` is absent where its sender did not say how long it
   * is. Throws `xet.shards-too-many`.
   */
  take(userId: Id, announced: number | undefined): Disposable {
    // One that is longer is refused for that, by whoever receives it.
    const bytes = Math.min(MOST_SHARD, Math.max(LEAST_BYTES, announced ?? MOST_SHARD));
    const held = this.#held.get(userId) ?? { shards: 0, bytes: 0 };
    if (held.bytes + bytes > MOST_BYTES) throw shardsTooMany(held.shards, 'yours');
    held.shards += 1;
    held.bytes += bytes;
    this.#held.set(userId, held);
    return {
      [Symbol.dispose]: () => {
        held.shards -= 1;
        held.bytes -= bytes;
        if (held.shards === 0) this.#held.delete(userId);
      },
    };
  }
}
