// How many chunks somebody may ask for that a scope has not. Where a namespace is a scope, who may write to one of its repositories
// could otherwise try a million texts of one chunk and learn which of them another repository holds.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';

const HOUR_MS = 3_600_000;
/**
 * Misses of one user in one scope and hour. An upload asks about the first chunk of each file, and about one in a thousand of the
 * others: so many are a folder of 20,000 files, or 1.2 TB. Who passes it is told of no more chunks, and so sends what is there already.
 */
export const MOST_MISSES = 20_000;
/** Users and scopes that are counted. */
const MOST_COUNTED = 100_000;

/** Counts what was asked in vain. */
export class ChunkGuesses {
  readonly #clock: Clock;
  #hour = 0;
  #misses = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this user is still told what this scope has. */
  mayAsk(userId: Id, scopeId: Id): boolean {
    return (this.#current().get(keyOf(userId, scopeId)) ?? 0) < MOST_MISSES;
  }

  /** Counts a chunk that the scope has not. */
  noteMiss(userId: Id, scopeId: Id): void {
    const misses = this.#current();
    const key = keyOf(userId, scopeId);
    const before = misses.get(key);
    if (before === undefined && misses.size >= MOST_COUNTED)
      for (const first of misses.keys()) {
        misses.delete(first);
        break;
      }
    misses.set(key, (before ?? 0) + 1);
  }

  #current(): Map<string, number> {
    const hour = Math.floor(this.#clock.now().getTime() / HOUR_MS);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#misses = new Map();
    }
    return this.#misses;
  }
}

function keyOf(userId: Id, scopeId: Id): string {
  return `${userId} ${scopeId}`;
}
