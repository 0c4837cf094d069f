// What a run's door may use, and for how long. Pure but for what it remembers: the clock and the way to the vault are given.
// A value is a lease: where the vault does not say that it may be used, its use ends in two seconds and the value itself in thirty, and
// what the vault no longer names is closed at once. No use happens for which the vault has not said that it stands on the ledger.
import type { BrokeredSecret, DoorWord, Grant, GrantedSecret, Route, VaultWord } from '../lease.ts';

type WithoutNumber<Word> = Word extends unknown ? Omit<Word, 'number'> : never;

/** What leases need. */
export interface LeasesDeps {
  /** Milliseconds of a clock that only goes on. */
  readonly now: () => number;
  readonly say: (word: DoorWord) => void;
}

/** A use that may happen, or why it may not. */
export type Permit =
  | { readonly kind: 'granted'; readonly secret: GrantedSecret }
  | { readonly kind: 'refused'; readonly why: string };

/** Something that carried a value, and ends with its right to be used. */
export interface Carrier {
  destroy(): unknown;
  once(event: 'close', closed: () => void): unknown;
}

/** After so long without a word of what may be used nothing is. */
const SILENT_MS = 2_000;
/** After so long the values are overwritten. */
const FORGET_MS = 30_000;
/** So long a use waits for the vault's answer. */
const ASK_MS = 5_000;

interface Lease {
  readonly version: string;
  readonly ask: number;
  readonly asked: number;
  answered: boolean;
  left: number;
  used: number;
  until: number;
  readonly waiting: ((permit: Permit) => void)[];
}

/** The leases of a door. */
export class Leases {
  readonly #deps: LeasesDeps;
  #grantNumber = 0;
  #wordNumber = 0;
  #said = 0;
  /** When it was last said what may be used. */
  #heard: number | undefined;
  #alive: ReadonlySet<string> = new Set();
  #lasting: ReadonlySet<string> = new Set();
  #secrets: readonly BrokeredSecret[] | undefined;
  readonly #values = new Map<string, GrantedSecret>();
  readonly #leases = new Map<string, Lease>();
  readonly #carriers = new Map<string, Set<Carrier>>();

  constructor(deps: LeasesDeps) {
    this.#deps = deps;
  }

  /** What is bound, whether it may be used now or not; `undefined` before the first grant. */
  get secrets(): readonly BrokeredSecret[] | undefined {
    return this.#secrets;
  }

  /** The values that are kept, for looking whether they come back. */
  get values(): readonly GrantedSecret[] {
    return [...this.#values.values()];
  }

  /** Takes a grant in place of the one before. False for an old one that somebody sends again. */
  accept({ number, secrets, lasting }: Grant): boolean {
    if (number <= this.#grantNumber) return false;
    this.#grantNumber = number;
    this.#allow(
      secrets.map(({ version }) => version),
      lasting,
    );
    for (const secret of secrets) {
      this.#values.get(secret.version)?.value.fill(0);
      this.#values.set(secret.version, secret);
    }
    this.#secrets = secrets.map(withoutValue);
    this.#heard = this.#deps.now();
    return true;
  }

  /** Takes a word of the vault. False for an old one. */
  hear(word: VaultWord): boolean {
    if (word.number <= this.#wordNumber) return false;
    this.#wordNumber = word.number;
    if (word.type === 'answer') this.#answer(word);
    else {
      // An answer says nothing of the other versions: an app that asks all the time must not keep one that should be forgotten.
      this.#heard = this.#deps.now();
      this.#allow(word.versions, word.lasting);
    }
    return true;
  }

  // With a version in whose place there is another nothing begins; what is under way with it goes on while its overlap lasts.
  #allow(versions: readonly string[], lasting: readonly string[]): void {
    this.#alive = new Set(versions);
    this.#lasting = new Set(lasting);
    for (const version of this.#values.keys())
      if (!this.#alive.has(version) && !this.#lasting.has(version)) this.#revoke(version);
    for (const [key, { version }] of this.#leases) if (!this.#alive.has(version)) this.#end(key, REPLACED);
  }

  /** Ends what has run out. Called some times a second. */
  tick(): void {
    const now = this.#deps.now();
    for (const [key, lease] of this.#leases) {
      if (!lease.answered && now - lease.asked >= ASK_MS) this.#end(key, 'the vault does not answer');
      else if (lease.answered && now >= lease.until) this.#end(key, 'its time is over');
    }
    if (this.#heard !== undefined && now - this.#heard >= FORGET_MS)
      for (const version of this.#values.keys()) this.#revoke(version);
  }

  /** Uses a version once on a route, or waits until the vault says whether it may. */
  use(version: string, route: Route): Permit | Promise<Permit> {
    const refusal = this.#refusalOf(version);
    if (refusal !== undefined) return { kind: 'refused', why: refusal };
    const key = `${version} ${route.host} ${route.method} ${route.template}`;
    const lease = this.#leases.get(key) ?? this.#ask(key, version, route);
    if (lease.answered && this.#deps.now() >= lease.until) {
      this.#end(key, 'its time is over');
      return this.use(version, route);
    }
    if (lease.answered) return this.#take(key, lease);
    const { promise, resolve } = Promise.withResolvers<Permit>();
    lease.waiting.push(resolve);
    // One may be among more who wait than the answer allows: it asks again.
    return promise.then(async (permit) => (permit === AGAIN ? await this.use(version, route) : permit));
  }

  /** Whether a request to which a version was permitted may still be sent. */
  mayGoOn(version: string): boolean {
    const refusal = this.#refusalOf(version);
    return refusal === undefined || refusal === REPLACED;
  }

  /**
   * Says that this carries a version, until it has closed: it is destroyed when the version may no longer be used. False where it may not
   * any more: since the permit it was revoked, or the vault fell silent while the connection was made.
   */
  carry(version: string, carrier: Carrier): boolean {
    if (!this.mayGoOn(version)) {
      carrier.destroy();
      return false;
    }
    // One request follows the other on a connection: the one before, with the value before, has its answer.
    for (const before of this.#lasting) if (before !== version) this.#carriers.get(before)?.delete(carrier);
    const carriers = this.#carriers.get(version) ?? new Set();
    if (!carriers.has(carrier)) carrier.once('close', () => carriers.delete(carrier));
    this.#carriers.set(version, carriers.add(carrier));
    return true;
  }

  /** Tells the vault something, under the next number. Gives that number. */
  say(word: WithoutNumber<DoorWord>): number {
    this.#said += 1;
    this.#deps.say({ ...word, number: this.#said });
    return this.#said;
  }

  #refusalOf(version: string): string | undefined {
    if (!this.#values.has(version)) return 'it was revoked, or its lease has run out';
    const silent = this.#heard === undefined || this.#deps.now() - this.#heard >= SILENT_MS;
    if (silent) return 'the vault is silent, and nothing is used without it';
    if (this.#alive.has(version)) return undefined;
    return this.#lasting.has(version) ? REPLACED : 'it was revoked';
  }

  #ask(key: string, version: string, route: Route): Lease {
    const ask = this.say({ type: 'ask', version, route });
    const asked = this.#deps.now();
    const lease = { version, ask, asked, answered: false, left: 0, used: 0, until: 0, waiting: [] };
    this.#leases.set(key, lease);
    return lease;
  }

  #answer({ ask, uses, seconds, why }: Extract<VaultWord, { type: 'answer' }>): void {
    const found = [...this.#leases].find(([, lease]) => lease.ask === ask && !lease.answered);
    if (found === undefined) {
      // Nobody waits any more: what was allowed has not happened.
      if (uses > 0) this.say({ type: 'used', ask, uses: 0 });
      return;
    }
    const [key, lease] = found;
    lease.answered = true;
    lease.left = uses;
    lease.until = this.#deps.now() + seconds * 1_000;
    if (uses === 0) this.#end(key, why ?? 'the vault refuses it');
    else
      for (const resolve of lease.waiting.splice(0))
        resolve(this.#leases.get(key) === lease ? this.#take(key, lease) : AGAIN);
  }

  #take(key: string, lease: Lease): Permit {
    const refusal = this.#refusalOf(lease.version);
    const secret = this.#values.get(lease.version);
    if (refusal !== undefined || secret === undefined)
      return { kind: 'refused', why: refusal ?? 'it is gone' };
    lease.left -= 1;
    lease.used += 1;
    if (lease.left === 0) this.#end(key, '');
    return { kind: 'granted', secret };
  }

  /** Closes a lease with its exact count. */
  #end(key: string, why: string): void {
    const lease = this.#leases.get(key);
    if (lease === undefined) return;
    this.#leases.delete(key);
    if (lease.left + lease.used > 0) this.say({ type: 'used', ask: lease.ask, uses: lease.used });
    if (why !== '') for (const resolve of lease.waiting.splice(0)) resolve({ kind: 'refused', why });
  }

  #revoke(version: string): void {
    this.#values.get(version)?.value.fill(0);
    this.#values.delete(version);
    for (const carrier of this.#carriers.get(version) ?? []) carrier.destroy();
    this.#carriers.delete(version);
    for (const [key, lease] of this.#leases) if (lease.version === version) this.#end(key, 'it was revoked');
  }
}

function withoutValue({
  version,
  name,
  placeholder,
  hosts,
  places,
  provider,
  bytes,
}: GrantedSecret): BrokeredSecret {
  return { version, name, placeholder, hosts, places, provider, bytes };
}

/** Why nothing begins with a version whose overlap lasts. */
const REPLACED = 'another value is in its place';

/** Given to who waited for more than was allowed. */
const AGAIN: Permit = { kind: 'refused', why: 'ask again' };
