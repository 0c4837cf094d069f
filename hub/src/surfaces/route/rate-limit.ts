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

const MAX_CALLERS = 100_000;

/** Counts calls. */
export class RateLimiter {
  readonly #quotas: Readonly<Record<'api' | 'resolve', Quota>>;
  readonly windowSeconds: number;
  readonly #windowMs: number;
  readonly #clock: Clock;
  #window = 0;
  #counts = new Map<string, number>();

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

  /** Counts one call of a caller: a user's id, or an address. */
  count(allowance: Exclude<Allowance, 'none'>, caller: { key: string; signedIn: boolean }): RateStanding {
    const now = this.#clock.now().getTime();
    const window = Math.floor(now / this.#windowMs);
    // A new map each window bounds memory; one that is full within a window starts again rather than refusing all.
    if (window !== this.#window || this.#counts.size > MAX_CALLERS) {
      this.#window = window;
      this.#counts = new Map();
    }
    const key = `${allowance}:${caller.key}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    const quota = this.#quotas[allowance][caller.signedIn ? 'signedIn' : 'anonymous'];
    return {
      allowed: count <= quota,
      remaining: Math.max(0, quota - count),
      resetIn: Math.ceil(((window + 1) * this.#windowMs - now) / 1000),
      quota,
    };
  }
}

/** The caller's address as it is counted: an IPv6 host has 2^64 addresses, so its network is what counts. */
export function countedAddress(address: string): string {
  if (!address.includes(':')) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail = ''] = address.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const full = address.includes('::')
    ? [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
    : left;
  return `${full.slice(0, 4).join(':')}::/64`;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
