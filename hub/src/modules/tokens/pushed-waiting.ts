// Tokens seen in pushes that wait to be looked up. Invariant: nobody's flood takes the place of what another pushes.
import { type Sha256 } from '@holdfast/kernel/digest';
import { referencesOf, type Actor } from '#modules/access';

/** Of one pusher, between two looks. Nobody has so many of others' tokens; one who floods hides their own alone. */
const MOST_OF_ONE = 1_000;
/** Of all pushers. */
const MOST_OF_ALL = 100_000;

/** A token as it was seen, and who was about to push it. */
export interface Noted {
  readonly digest: Sha256;
  readonly pusher: Actor;
}

/** What was noted since it was last taken. */
export interface Taken {
  readonly noted: readonly Noted[];
  /** How many more there were, by whoever pushed them. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** Holds them. */
export class PushedWaiting {
  /** By pusher, then by token: one who pushes a token of their own hides nobody else who pushes it. */
  #byPusher = new Map<string, Map<Sha256, Noted>>();
  #leftOut = new Map<string, number>();
  #size = 0;

  /** Notes one, or counts it where there is no room. */
  note(one: Noted): void {
    const { actor } = referencesOf(one.pusher);
    const theirs = this.#byPusher.getOrInsertComputed(actor, () => new Map<Sha256, Noted>());
    if (theirs.has(one.digest)) return;
    if (theirs.size >= MOST_OF_ONE || this.#size >= MOST_OF_ALL) {
      this.#leftOut.set(actor, (this.#leftOut.get(actor) ?? 0) + 1);
      return;
    }
    theirs.set(one.digest, one);
    this.#size += 1;
  }

  /** Takes all of it. */
  take(): Taken {
    const noted = [...this.#byPusher.values()].flatMap((theirs) => [...theirs.values()]);
    const taken = { noted, leftOut: this.#leftOut };
    this.#byPusher = new Map();
    this.#leftOut = new Map();
    this.#size = 0;
    return taken;
  }
}
