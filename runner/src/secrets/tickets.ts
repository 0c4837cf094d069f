// Start tickets: the hub puts on the ledger that a run begins, and the vault releases nothing to one without.
import { type FromRunner, type ToRunner } from '../frames.ts';

/** A run that wants one. */
export type TicketWish = Omit<Extract<FromRunner, { type: 'ticket-wanted' }>, 'type'>;

const PATIENCE = 30_000;

/** The tickets that are waited for. */
export class Tickets {
  readonly #tell: (frame: FromRunner) => void;
  readonly #waiting = new Map<string, PromiseWithResolvers<string>>();

  constructor(tell: (frame: FromRunner) => void) {
    this.#tell = tell;
  }

  /** The entry of the ledger by which the run may start. Throws an `Error` that says why there is none. */
  async ask(wish: TicketWish): Promise<string> {
    const waiting = Promise.withResolvers<string>();
    this.#waiting.set(wish.run, waiting);
    const timer = setTimeout(() => {
      waiting.reject(new Error('the hub gave no start ticket in time'));
    }, PATIENCE);
    this.#tell({ type: 'ticket-wanted', ...wish });
    try {
      return await waiting.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(wish.run);
    }
  }

  /** What the hub answers. */
  hear({ run, entry, why }: Extract<ToRunner, { type: 'ticket' }>): void {
    const waiting = this.#waiting.get(run);
    if (entry !== null) waiting?.resolve(entry);
    else waiting?.reject(new Error(why ?? 'the hub gave no start ticket'));
  }
}
