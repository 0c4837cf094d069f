// How often may be tried to sign in. Counted in the database, so that several hubs allow no more than one, and before the
// password is looked at, so that a thousand guesses at once are no way around it.
import { randomBytes } from 'node:crypto';
import { type Clock } from '@holdfast/kernel/clock';
import { isFault } from '@holdfast/kernel/fault';
import { networkOf } from '@holdfast/kernel/network';
import { type Keys } from '@holdfast/platform/keys';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import { type Id } from '@holdfast/kernel/id';
import { type Asker, type SignInRow } from '#modules/identity';
import { codeWrong, isUnasked, signInThrottled } from './faults.ts';
import { LONGEST_WINDOW_MS, mayTry, TRY_LIMITS, type Browser, type TryLimit } from './model.ts';
import { PlaceReader } from './place-store.ts';
import { TryWriter } from './store.ts';

/** A try that was let through. */
export interface Try {
  /** Whether it comes from a browser in which the user signed in before. */
  readonly asker: Asker;
  /** Takes the try back, because it was not in vain, or was none. */
  succeed(): Promise<void>;
}

/**
 * Looks at a code within a try; gives what was found, and takes the try back. Throws `second-factor.code-wrong` where nothing was
 * found, and what looking throws: only where nobody looked, because the vault is sealed, away or has too much to do, is the try taken
 * back then, so that this locks nobody out. One that says nothing, or that it was too much, may have looked.
 */
export async function lookWithin<Found>(
  attempt: Try,
  look: () => Promise<Found | undefined>,
): Promise<Found> {
  let found: Found | undefined;
  try {
    found = await look();
  } catch (error) {
    // What became of the try matters less than why it came to nothing.
    if (isUnasked(error)) await attempt.succeed().catch(() => undefined);
    throw error;
  }
  if (found === undefined) throw codeWrong();
  await attempt.succeed();
  return found;
}

/** What is tried where a second factor is asked for: a code of the app, or one for when that is lost. */
export type CodeKind = 'code' | 'recovery';

/** What is counted of a try, and how many are let through. */
type Counted = readonly [key: string, limit: TryLimit];

// Begins the keys of what is counted by the week: nothing else is kept for so long.
const WEEK = 'week/';

/** Lets tries through. */
export class Throttle {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #keys: Keys;

  constructor(deps: { db: Db; clock: Clock; keys: Keys }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#keys = deps.keys;
  }

  /** Counts a try to be this user, whether there is one or not. Throws `sign-in.throttled`. */
  async begin(name: string, row: SignInRow | undefined, browser: Browser): Promise<Try> {
    const known = row && this.#nonceOf(browser.known, row);
    // An attacker does not have this: whatever they try in vain, it never counts against who signed in here before.
    if (known !== undefined) return await this.#beginInTurn([[this.#key('known', known), TRY_LIMITS.known]]);
    const account = name.toLowerCase();
    const keys = {
      account: this.#key('account', account),
      address: this.#key('address', browser.address),
      pair: this.#key('pair', account, browser.address),
    };
    const now = this.#clock.now();
    const tries = await this.#db.transaction(async (tx) => {
      const writer = new TryWriter(tx);
      // Always in this order, so that two transactions never wait for each other in a circle.
      const pair = await writer.count(keys.pair, TRY_LIMITS.pair, now);
      const address = await writer.count(keys.address, TRY_LIMITS.address, now);
      return { pair, address, account: await writer.count(keys.account, TRY_LIMITS.account, now) };
    });
    if (!mayTry(tries)) throw signInThrottled();
    return { asker: 'stranger', succeed: () => this.#refund([keys.pair, keys.address, keys.account]) };
  }

  /**
   * Counts a try at the second factor of a user whose password was shown. Whoever else knows the password uses up what is counted of
   * strangers, and nothing of what its owner tries with a browser or in a network in which they signed in before, nor of a recovery
   * code of theirs. Throws `sign-in.throttled`.
   */
  async beginCode(row: SignInRow, browser: Browser, kind: CodeKind): Promise<Try> {
    return await this.#beginInTurn(
      kind === 'recovery' ? [this.#recoveryLimit(row, browser)] : await this.#codeLimits(row, browser),
    );
  }

  /** Whether this user signed in with this browser before. */
  knows(row: SignInRow, browser: Browser): boolean {
    return this.#nonceOf(browser.known, row) !== undefined;
  }

  /** What a browser keeps to show later that this user signed in with it; a new password ends it with the sessions. */
  recognise(row: SignInRow): string {
    const nonce = randomBytes(12).toString('base64url');
    return `${row.account.id}.${nonce}.${this.#keys.sign('known-browser', markedFields(row, nonce))}`;
  }

  /** Removes counts whose window is over. */
  async forget(): Promise<void> {
    const now = this.#clock.now().getTime();
    const before = new Date(now - LONGEST_WINDOW_MS);
    const long = { keys: WEEK, before: new Date(now - TRY_LIMITS.weekOfCodes.windowMs) };
    await this.#db.transaction((tx) => new TryWriter(tx).forget(before, long));
  }

  /** Counts a try at the first code of a second factor that its user sets up. Throws `sign-in.throttled`. */
  async beginNewCode(userId: Id): Promise<Try> {
    return await this.#beginInTurn([[this.#key('new-code', userId), TRY_LIMITS.newCode]]);
  }

  /** Counts that somebody did not show to be the application that they say; `false` where that was too often. */
  async countExchange(client: string, address: string): Promise<boolean> {
    try {
      await this.#beginInTurn([
        [this.#key('exchange', client, address), TRY_LIMITS.exchange],
        [this.#key('exchanges', address), TRY_LIMITS.exchanges],
      ]);
      return true;
    } catch (error) {
      if (isFault(error, signInThrottled.code)) return false;
      throw error;
    }
  }

  async #codeLimits(row: SignInRow, { known, address }: Browser): Promise<Counted[]> {
    const userId = row.account.id;
    const nonce = this.#nonceOf(known, row);
    if (nonce !== undefined)
      return [
        [this.#key('known-code', nonce), TRY_LIMITS.known],
        [this.#key('known-codes', userId), TRY_LIMITS.knownCode],
        [this.#weekKey('known-codes', userId), TRY_LIMITS.weekOfCodes],
      ];
    const pair: Counted = [this.#key('code-pair', userId, address), TRY_LIMITS.pair];
    const place = { network: networkOf(address), now: this.#clock.now(), since: row.secondFactorAt };
    if (await new PlaceReader(this.#db).isKnown(userId, place))
      return [
        pair,
        [this.#key('place-code', userId), TRY_LIMITS.placeCode],
        [this.#weekKey('place-code', userId), TRY_LIMITS.weekOfCodes],
      ];
    return [
      pair,
      [this.#key('code', userId), TRY_LIMITS.code],
      [this.#weekKey('code', userId), TRY_LIMITS.weekOfCodes],
    ];
  }

  // Of the browser where it is known: whoever shares its address would else use up what its owner has.
  #recoveryLimit(row: SignInRow, { known, address }: Browser): Counted {
    const nonce = this.#nonceOf(known, row);
    return nonce === undefined
      ? [this.#key('recovery-pair', row.account.id, address), TRY_LIMITS.pair]
      : [this.#key('known-recovery', nonce), TRY_LIMITS.known];
  }

  /**
   * Counts that an application renews what it has of a person, in the transaction that does; `false` where that was too often. Each time
   * leaves a token and entries for good: in a circle, one application would fill the database.
   */
  async countRefresh(tx: Tx, application: Id, userId: Id): Promise<boolean> {
    const limits: Counted[] = [
      [this.#key('refresh', application, userId), TRY_LIMITS.refresh],
      [this.#key('refreshes', userId), TRY_LIMITS.refreshes],
    ];
    return await this.#countInTurn(tx, limits);
  }

  // The narrowest first: what it does not let through is no try, and counts against nobody who is elsewhere.
  async #beginInTurn(limits: readonly Counted[]): Promise<Try> {
    const isLetThrough = await this.#db.transaction((tx) => this.#countInTurn(tx, limits));
    if (!isLetThrough) throw signInThrottled();
    return { asker: 'known', succeed: () => this.#refund(limits.map(([key]) => key)) };
  }

  async #countInTurn(tx: Tx, limits: readonly Counted[]): Promise<boolean> {
    const now = this.#clock.now();
    const writer = new TryWriter(tx);
    for (const [key, limit] of limits) if ((await writer.count(key, limit, now)) > limit.tries) return false;
    return true;
  }

  // One taken back for one that counted: who owns an account must not wipe out what they tried on others.
  async #refund(keys: readonly string[]): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const writer = new TryWriter(tx);
      for (const key of keys) await writer.refund(key);
    });
  }

  #nonceOf(text: string | undefined, row: SignInRow): string | undefined {
    const [id, nonce = '', signature = ''] = (text ?? '').split('.');
    if (id !== row.account.id) return undefined;
    return this.#keys.signed('known-browser', markedFields(row, nonce), signature) ? nonce : undefined;
  }

  #key(...parts: readonly string[]): string {
    return this.#keys.sign('throttle', parts);
  }

  #weekKey(...parts: readonly string[]): string {
    return `${WEEK}${this.#key(...parts)}`;
  }
}

// Whoever signs out an account everywhere, or sets up a second factor, may do so because of a browser: its mark, copied, would give guesses
// for ever, and use up those of its owner.
function markedFields({ account, signedOutAt, secondFactorAt }: SignInRow, nonce: string): string[] {
  const since = secondFactorAt === null ? [] : [secondFactorAt.toISOString()];
  return [account.id, nonce, signedOutAt?.toISOString() ?? '', ...since];
}
