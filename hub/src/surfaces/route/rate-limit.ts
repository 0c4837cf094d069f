// Fixed windows per caller, told to clients by the IETF RateLimit header fields.
import { type Clock } from '@holdfast/kernel/clock';
import { type Allowance } from './route.ts';

/** How many calls a window allows. */
export interface Quota {
  readonly anonymous: number;
  readonly signedIn: number;
}

/** Where a caller stands after a call. */
export interface RateStanding {
  readonly allowed: boolean;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetIn: number;
  readonly quota: number;
}

/** Callers of each sort who are remembered within a window. */
const MAX_CALLERS = 100_000;
/** Who is to be forgotten and called more often than this is kept, a few times over. */
const CALLED_OFTEN = 1;
const SECOND_CHANCES = 8;

/**
 * Calls within a window by caller. Bounded: when it is full, somebody who hardly called is forgotten, so that a flood
 * from many addresses cannot wipe out the counts of those who called often.
 */
class Counts {
  readonly #counts = new Map<string, number>();
  #next = this.#counts.keys();

  get size(): number {
    return this.#counts.size;
  }

  /** Counts one call and gives how many there were. */
  add(key: string): number {
    const before = this.#counts.get(key);
    if (before === undefined && this.#counts.size >= MAX_CALLERS) this.#forgetOne();
    const count = (before ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }

  // Goes on where it stopped the last time, so that it passes everybody before it comes back.
  #forgetOne(): void {
    for (let chances = SECOND_CHANCES; ;) {
      const { value: key, done } = this.#next.next();
      if (done === true) {
        this.#next = this.#counts.keys();
        continue;
      }
      if (chances > 0 && (this.#counts.get(key) ?? 0) > CALLED_OFTEN) chances -= 1;
      else {
        this.#counts.delete(key);
        return;
      }
    }
  }
}

/** Counts calls. */
export class RateLimiter {
  readonly #quotas: Readonly<Record<'api' | 'resolve', Quota>>;
  readonly windowSeconds: number;
  readonly #windowMs: number;
  readonly #clock: Clock;
  #window = 0;
  #signedIn = new Counts();
  #anonymous = new Counts();

  constructor(deps: {
    quotas: Readonly<Record<'api' | 'resolve', Quota>>;
    windowSeconds: number;
    clock: Clock;
  }) {
    this.#quotas = deps.quotas;
    this.windowSeconds = deps.windowSeconds;
    this.#windowMs = deps.windowSeconds * 1000;
    this.#clock = deps.clock;
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#signedIn.size + this.#anonymous.size;
  }

  /** Counts one call of a caller: a user's id, or an address. */
  count(allowance: Exclude<Allowance, 'none'>, caller: { key: string; signedIn: boolean }): RateStanding {
    const now = this.#clock.now().getTime();
    const window = Math.floor(now / this.#windowMs);
    if (window !== this.#window) {
      this.#window = window;
      this.#signedIn = new Counts();
      this.#anonymous = new Counts();
    }
    // Apart: addresses are as many as somebody likes, and must not push out users.
    const count = (caller.signedIn ? this.#signedIn : this.#anonymous).add(`${allowance}:${caller.key}`);
    const quota = this.#quotas[allowance][caller.signedIn ? 'signedIn' : 'anonymous'];
    return {
      allowed: count <= quota,
      remaining: Math.max(0, quota - count),
      resetIn: Math.ceil(((window + 1) * this.#windowMs - now) / 1000),
      quota,
    };
  }
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
