// Tells of what is wrong while it runs once, and once of its end, however often it is looked at.

/** What is looked at. */
export interface Watched<Seen> {
  /** Asks, and does not reject: `undefined` where nobody can tell, neither that it begins nor that it is over. */
  readonly read: () => Promise<Seen | undefined>;
  readonly isWrong: (seen: Seen) => boolean;
  /** Tells that it is wrong now, or that it no longer is. */
  readonly tell: (isWrong: boolean, seen: Seen) => void;
}

/** Tells of each incident twice: when it is seen, and when it is over. */
export class IncidentWatch<Seen> {
  readonly #watched: Watched<Seen>;
  #isWrong = false;
  #isLooking = false;

  constructor(watched: Watched<Seen>) {
    this.#watched = watched;
  }

  /** Looks once, unless it still does: a database that does not answer is asked by one. */
  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const seen = await this.#watched.read();
    this.#isLooking = false;
    if (seen === undefined) return;
    const isWrong = this.#watched.isWrong(seen);
    if (isWrong === this.#isWrong) return;
    this.#isWrong = isWrong;
    this.#watched.tell(isWrong, seen);
  }
}
