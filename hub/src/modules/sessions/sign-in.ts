// Signs people in, and lets those who are signed in prove once more that it is them.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { type Keys } from '@holdfast/platform/keys';
import { type Db } from '@holdfast/platform/postgres/database';
import { AccountReader, type Passwords, type SignInRow } from '#modules/identity';
import {
  halfMissing,
  halfProofMissing,
  passkeyRefused,
  proofFailed,
  signInElsewhere,
  signInFailed,
} from './faults.ts';
import { parseHalf, signHalf, type FirstProof } from './half-sign-in.ts';
import { type Browser, type Proof } from './model.ts';
import { type DeviceResponse, type Passkeys } from './passkeys.ts';
import { type SecondFactors } from './second-factors.ts';
import { type BegunSession, type Proved, type Sessions, type Visit } from './sessions.ts';
import { lookWithin, type Throttle, type Try } from './throttle.ts';
import { parseRecoveryCode } from './totp.ts';

/** A session, and what the browser keeps to be known again. */
export interface SignedIn extends BegunSession {
  readonly known: string;
}

/** What comes of a password, or of single sign-on: a session, or half of what leads to one where a second factor is asked for. */
export type Outcome =
  | { readonly kind: 'signed-in'; readonly signedIn: SignedIn }
  | { readonly kind: 'half'; readonly half: string };

/** What signing in needs. */
export interface SignInDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly keys: Keys;
  readonly passwords: Passwords;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
  readonly passkeys: Passkeys;
  readonly throttle: Throttle;
  /** Whether people come by single sign-on alone; who administers the instance does not, lest nobody could when it fails. */
  readonly issuerAlone: boolean;
}

/** The ways to sign in. */
export class SignIn {
  readonly #deps: SignInDeps;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
  }

  /**
   * Begins a session for who knows a password, or half of one where a second factor is set up. Throws `sign-in.failed`,
   * the same and after the same time for nobody, no password, a disabled account and a wrong password; `sign-in.throttled`.
   */
  async withPassword(wish: { name: string; password: string }, browser: Browser): Promise<Outcome> {
    const { passwords, throttle, clock } = this.#deps;
    const at = clock.now();
    const row = await passwords.find(wish.name);
    const attempt = await throttle.begin(wish.name, row, browser);
    const checked = await this.#check(attempt, { row, password: wish.password });
    if (checked === undefined) throw signInFailed();
    await attempt.succeed();
    this.#requireOwnWay(checked);
    // As old as the look at the account: a password that was changed while it was checked is not the one that was shown.
    return await this.#goOn({ row: checked, by: 'password', at }, browser);
  }

  /** Begins a session, or half of one, for whom the issuer knows. Throws `sign-in.failed` for a disabled account. */
  async withIssuer(userId: Id, browser: Browser): Promise<Outcome> {
    const at = this.#deps.clock.now();
    const row = await this.#find(userId);
    if (row === undefined || row.account.disabledAt !== null) throw signInFailed();
    return await this.#goOn({ row, by: 'single-sign-on', at }, browser);
  }

  /**
   * Renews the session of whom the issuer has just asked anew who they are, and who is its user; or gives half of that where a
   * second factor is set up here: who has somebody's account at the issuer is asked for it as who has their password is.
   */
  async proveByIssuer(visit: Visit, browser: Browser): Promise<Outcome> {
    const { secondFactors, keys, clock } = this.#deps;
    const at = clock.now();
    const row = await this.#find(visit.account.id);
    if (row === undefined) throw proofFailed();
    const [userId, by] = [row.account.id, 'single-sign-on'] as const;
    if (await secondFactors.isNeeded(userId))
      return { kind: 'half', half: signHalf(keys, { userId, by, at, renews: visit.session.id }) };
    return { kind: 'signed-in', signedIn: await this.#renew(visit, { row, proofs: [by] }, browser) };
  }

  /**
   * Renews the session of whom the issuer asked anew, with a code of the app or a recovery code. Throws `session.half-missing`
   * where the issuer is to be asked again, `second-factor.code-wrong`, `sign-in.throttled`.
   */
  async proveWithCode(
    visit: Visit,
    shown: { readonly half: string | undefined; readonly code: string },
    browser: Browser,
  ): Promise<SignedIn> {
    const { keys, clock } = this.#deps;
    const begun = parseHalf(keys, shown.half, { now: clock.now(), renews: visit.session.id });
    const row = begun && (await this.#find(begun.userId));
    if (begun === undefined || row?.account.id !== visit.account.id) throw halfProofMissing();
    const proof = await this.#takeCode(row, shown.code, browser);
    return await this.#renew(visit, { row, proofs: [begun.by, proof] }, browser);
  }

  /**
   * Makes a session of half a sign-in, with a code of the app or a recovery code. Throws `sign-in.half-missing` where the
   * password is to be shown anew, `second-factor.code-wrong`, `sign-in.throttled`.
   */
  async withCode(half: string | undefined, code: string, browser: Browser): Promise<SignedIn> {
    const { keys, clock, db } = this.#deps;
    const begun = parseHalf(keys, half, { now: clock.now() });
    const row = begun && (await new AccountReader(db).findSignInById(begun.userId));
    if (begun === undefined || row === undefined || row.account.disabledAt !== null) throw halfMissing();
    // A password that was changed since is not the one that was shown.
    if (row.signedOutAt !== null && begun.at <= row.signedOutAt) throw halfMissing();
    const proof = await this.#takeCode(row, code, browser);
    return await this.#begin({ row, proofs: [begun.by, proof] }, browser);
  }

  /**
   * Renews the session of who proves that it is still them: by their password, and a code where a second factor is set up.
   * Throws `session.proof-failed`, `second-factor.code-wrong`, `sign-in.throttled`.
   */
  async prove(
    visit: Visit,
    shown: { readonly password: string; readonly code: string },
    browser: Browser,
  ): Promise<SignedIn> {
    const { passwords, throttle, secondFactors } = this.#deps;
    const { name, id } = visit.account;
    const row = await passwords.find(name);
    const attempt = await throttle.begin(name, row, browser);
    const checked = await this.#check({ ...attempt, asker: 'known' }, { row, password: shown.password });
    if (checked === undefined) throw proofFailed();
    await attempt.succeed();
    const proofs: Proof[] = ['password'];
    if (await secondFactors.isNeeded(id)) proofs.push(await this.#takeCode(checked, shown.code, browser));
    return await this.#renew(visit, { row: checked, proofs }, browser);
  }

  /**
   * Begins a session for whose passkey answered: the device has made sure of its owner, so that it stands for password and
   * second factor. Throws `passkey.refused`.
   */
  async withPasskey(answered: DeviceResponse, browser: Browser): Promise<SignedIn> {
    const row = await this.#find(await this.#deps.passkeys.take(answered));
    if (row === undefined || row.account.disabledAt !== null) throw passkeyRefused();
    this.#requireOwnWay(row);
    return await this.#begin({ row, proofs: ['passkey'] }, browser);
  }

  /** Renews the session of who proves by a passkey of theirs that it is still them. Throws `passkey.refused`. */
  async proveByPasskey(visit: Visit, answered: DeviceResponse, browser: Browser): Promise<SignedIn> {
    const row = await this.#find(await this.#deps.passkeys.take(answered));
    if (row?.account.id !== visit.account.id) throw passkeyRefused();
    return await this.#renew(visit, { row, proofs: ['passkey'] }, browser);
  }

  /** Whether a user could sign in without the issuer. */
  async hasOwnWay(userId: Id): Promise<boolean> {
    const { issuerAlone, passkeys } = this.#deps;
    const row = await this.#find(userId);
    if (row === undefined || (issuerAlone && !row.account.administrator)) return false;
    return row.password !== null || (await passkeys.isUsed(userId));
  }

  /** Begins the first session of who has just made an account. */
  async begin(userId: Id, proofs: readonly Proof[], browser: Browser): Promise<SignedIn> {
    const row = await this.#find(userId);
    if (row === undefined) throw signInFailed();
    return await this.#begin({ row, proofs }, browser);
  }

  async #goOn(
    { row, by, at }: { readonly row: SignInRow; readonly by: FirstProof; readonly at: Date },
    browser: Browser,
  ): Promise<Outcome> {
    const { secondFactors, keys } = this.#deps;
    const userId = row.account.id;
    if (await secondFactors.isNeeded(userId))
      return { kind: 'half', half: signHalf(keys, { userId, by, at }) };
    return { kind: 'signed-in', signedIn: await this.#begin({ row, proofs: [by] }, browser) };
  }

  // Told only to who has shown that they are its user: else it would tell who administers the instance.
  #requireOwnWay({ account }: SignInRow): void {
    if (this.#deps.issuerAlone && !account.administrator) throw signInElsewhere();
  }

  async #begin(proved: Proved, browser: Browser): Promise<SignedIn> {
    const { sessions, throttle } = this.#deps;
    const isKnown = throttle.knows(proved.row, browser);
    const known = throttle.recognise(proved.row);
    return { ...(await sessions.begin({ ...proved, isKnown }, browser)), known };
  }

  async #renew(visit: Visit, proved: Proved, browser: Browser): Promise<SignedIn> {
    const { sessions, throttle } = this.#deps;
    const begun = await sessions.renew(visit, proved, browser);
    return { ...begun, known: throttle.recognise(proved.row) };
  }

  async #find(userId: Id): Promise<SignInRow | undefined> {
    return await new AccountReader(this.#deps.db).findSignInById(userId);
  }

  async #check(
    attempt: Try,
    { row, password }: { readonly row: SignInRow | undefined; readonly password: string },
  ): Promise<SignInRow | undefined> {
    try {
      return await this.#deps.passwords.check(row, password, attempt.asker);
    } catch (error) {
      // Nothing was guessed. Else a flood would have those who come again and again lock themselves out.
      await attempt.succeed();
      throw error;
    }
  }

  async #takeCode(row: SignInRow, code: string, browser: Browser): Promise<Proof> {
    const kind = parseRecoveryCode(code) === undefined ? 'code' : 'recovery';
    const attempt = await this.#deps.throttle.beginCode(row, browser, kind);
    return await lookWithin(attempt, async () => await this.#deps.secondFactors.take(row.account.id, code));
  }
}
