// How far the notary is behind, for whoever watches the hub. Read when it is asked for, so that it is never old.
import { type Clock } from '@holdfast/kernel/clock';
import { type Db } from '@holdfast/platform/postgres/database';
import { LedgerReader } from './store.ts';

/** Reads how long the oldest entry waits for its checkpoint, and how many entries are in the tree. */
export class LedgerLag {
  readonly #deps: { readonly db: Db; readonly clock: Clock };
  #seconds = NaN;
  #ordered = NaN;

  constructor(deps: { readonly db: Db; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** Seconds that the oldest unordered entry has waited; 0 when there is none, not a number when nobody can tell. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Entries in the tree. */
  get ordered(): number {
    return this.#ordered;
  }

  /** Asks the database. Where it does not answer, the values are no numbers. */
  async read(): Promise<void> {
    [this.#seconds, this.#ordered] = [NaN, NaN];
    const { db, clock } = this.#deps;
    const found = await new LedgerReader(db).getOrdering().catch(() => undefined);
    if (found === undefined) return;
    const { waitingSince, ordered } = found;
    const waited = waitingSince === null ? 0 : (clock.now().getTime() - waitingSince.getTime()) / 1000;
    this.#seconds = Math.max(0, waited);
    this.#ordered = ordered;
  }
}
