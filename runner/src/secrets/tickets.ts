// Start tickets: the hub puts on the ledger that a run begins, and the vault releases nothing to one without.
import { type FromRunner, type ToRunner } from '../frames.ts';

/** A run that wants one. */
export type TicketWish = Omit<Extract<FromRunner, { type: 'ticket-wanted' }>, 'type'>;

/** What the hub gives. */
export interface Ticket {
  /** The entry of the ledger by which the run may start. */
  readonly entry: string;
  /** By which the run's door says to the hub for which run it asks. */
  readonly proof: string;
}

const PATIENCE = 30_000;

/** The tickets that are waited for, and the runs that asked for one. */
export class Tickets {
  readonly #tell: (frame: FromRunner) => void;
  readonly #waiting = new Map<string, PromiseWithResolvers<Ticket>>();
  readonly #runs = new Map<string, TicketWish>();

  constructor(tell: (frame: FromRunner) => void) {
    this.#tell = tell;
  }

  /** The runs that asked and are not over: a hub that comes is told of them, so that it takes no other for one that lives. */
  get runs(): { readonly space: string; readonly run: string }[] {
    return [...this.#runs.values()].map(({ space, run }) => ({ space, run }));
  }

  /** The ticket of a run. Throws an `Error` that says why there is none. */
  async ask(wish: TicketWish): Promise<Ticket> {
    const waiting = Promise.withResolvers<Ticket>();
    this.#waiting.set(wish.run, waiting);
    this.#runs.set(wish.run, wish);
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

  /** Nothing of a run is left. */
  over(run: string): void {
    this.#runs.delete(run);
    this.#waiting.get(run)?.reject(new Error('the run ended before it had its secrets'));
  }

  /** What the hub answers. */
  hear({ run, entry, proof, why }: Extract<ToRunner, { type: 'ticket' }>): void {
    const waiting = this.#waiting.get(run);
    if (entry !== null && proof !== null) waiting?.resolve({ entry, proof });
    else waiting?.reject(new Error(why ?? 'the hub gave no start ticket'));
  }
}
