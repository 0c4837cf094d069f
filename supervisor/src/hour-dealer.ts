// Deals the roots of hours to the hub: what it holds of the key from which all are derived is those of the hours in reach.
import { type Secret } from '@holdfast/kernel/secret';
import { dealHours, type DealtHours } from '@holdfast/platform/hour-keys';

/** How often the clock is looked at, in milliseconds. A timer to the next hour would be late by as long as the machine slept. */
const LOOK_EVERY_MS = 10_000;

/** What the clock says, and what looks at it. */
export interface Time {
  readonly now: () => number;
  readonly every: (milliseconds: number, look: () => void) => { unref(): void; [Symbol.dispose](): void };
}

const REAL_TIME: Time = {
  now: () => Date.now(),
  every: (milliseconds, look) => setInterval(look, milliseconds),
};

/** The dealer of one instance. */
export class HourDealer {
  readonly #root: Secret<Buffer>;
  readonly #time: Time;

  constructor(root: Secret<Buffer>, time = REAL_TIME) {
    this.#root = root;
    this.#time = time;
  }

  /** What a hub gets that starts now. */
  deal(): DealtHours {
    return dealHours(this.#root, this.#time.now());
  }

  /** Calls `give` whenever another hour comes into reach or begins, until what is returned is disposed of. */
  follow(given: DealtHours, give: (hours: DealtHours) => void): Disposable {
    let last = JSON.stringify(given);
    const timer = this.#time.every(LOOK_EVERY_MS, () => {
      const hours = this.deal();
      const text = JSON.stringify(hours);
      if (text === last) return;
      last = text;
      give(hours);
    });
    timer.unref();
    return timer;
  }
}
