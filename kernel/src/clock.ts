// Time as a dependency, so that expiry and rate rules can be tested without waiting.

/** Tells the time. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };
