// What the last visitors of a Space with a program met, kept for a moment for those who follow: one page is a hundred visits,
// and none of them is to ask the database. Rights are no part of it: they are asked for each visitor.
// Invariant: what people changed is met within half a second, on whichever hub they did, and on this one at once.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';

const KEPT_MS = 500;
const MOST = 5_000;

interface Kept<Served> {
  readonly served: Served;
  readonly askedAt: number;
}

/** Keeps it. */
export class VisitCache<Served> {
  readonly #clock: Clock;
  readonly #epochs: Pick<Epochs, 'areFresh'>;
  readonly #kept = new Map<Id, Kept<Served>>();
  /** Grows with each change: what was asked for before it is not kept. */
  #round = 0;

  constructor({
    clock,
    epochs,
  }: {
    readonly clock: Clock;
    readonly epochs: Pick<Epochs, 'areFresh' | 'onChange'>;
  }) {
    this.#clock = clock;
    this.#epochs = epochs;
    epochs.onChange('repos', () => this.#forgetAll());
  }

  /** What is kept; else it is asked for, and kept where that may be. */
  async find(
    id: Id,
    { ask, mayKeep }: { readonly ask: () => Promise<Served>; readonly mayKeep: (served: Served) => boolean },
  ): Promise<Served> {
    const now = this.#clock.now().getTime();
    const kept = this.#kept.get(id);
    if (kept !== undefined && now - kept.askedAt < KEPT_MS && this.#epochs.areFresh()) return kept.served;
    const round = this.#round;
    const served = await ask();
    if (round !== this.#round || !mayKeep(served)) return served;
    if (this.#kept.size >= MOST) this.#kept.clear();
    this.#kept.set(id, { served, askedAt: now });
    return served;
  }

  /** Something about the Space was changed here. */
  forget(id: Id): void {
    this.#round += 1;
    this.#kept.delete(id);
  }

  #forgetAll(): void {
    this.#round += 1;
    this.#kept.clear();
  }
}
