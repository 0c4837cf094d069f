// How much of what somebody asks is done at the same time. What is asked beyond that is refused at once and not kept, so that a flood
// uses up no memory.
import { VaultRefusal } from './refusal.ts';

/** Does so many things at once. */
export class AtOnce {
  readonly #most: number;
  #doing = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Does it; throws a `VaultRefusal`, without having begun, when there is too much to do already. */
  async do<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#doing >= this.#most) throw new VaultRefusal('failed', 'the vault has too much to do');
    this.#doing += 1;
    try {
      return await act();
    } finally {
      this.#doing -= 1;
    }
  }
}
