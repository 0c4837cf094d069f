// Signs people in, and lets those who are signed in prove once more that it is them.
import { type Passwords, type SignInRow } from '#modules/identity';
import { proofFailed, signInFailed } from './faults.ts';
import { type Browser } from './model.ts';
import { type BegunSession, type Proved, type Sessions, type Visit } from './sessions.ts';
import { type Throttle, type Try } from './throttle.ts';

/** A session, and what the browser keeps to be known again. */
export interface SignedIn extends BegunSession {
  readonly known: string;
}

/** The ways to sign in. */
export class SignIn {
  readonly #passwords: Passwords;
  readonly #sessions: Sessions;
  readonly #throttle: Throttle;

  constructor(deps: { passwords: Passwords; sessions: Sessions; throttle: Throttle }) {
    this.#passwords = deps.passwords;
    this.#sessions = deps.sessions;
    this.#throttle = deps.throttle;
  }

  /**
   * Begins a session for who knows a password. Throws `sign-in.failed`, the same and after the same time for nobody, no
   * password, a disabled account and a wrong password; `sign-in.throttled`, `account.passwords-busy`.
   */
  async withPassword(wish: { name: string; password: string }, browser: Browser): Promise<SignedIn> {
    const row = await this.#passwords.find(wish.name);
    const attempt = await this.#throttle.begin(wish.name, row, browser);
    const checked = await this.#check(attempt, { row, password: wish.password });
    if (checked === undefined) throw signInFailed();
    await attempt.succeed();
    const proved: Proved = { row: checked, proofs: ['password'] };
    return this.#known(await this.#sessions.begin(proved, browser), checked);
  }

  /** Renews the session of who proves by their password that it is still them. Throws `session.proof-failed`, `sign-in.throttled`, `account.passwords-busy`. */
  async proveByPassword(visit: Visit, password: string, browser: Browser): Promise<SignedIn> {
    const row = await this.#passwords.find(visit.account.name);
    const attempt = await this.#throttle.begin(visit.account.name, row, browser);
    const checked = await this.#check({ ...attempt, asker: 'known' }, { row, password });
    if (checked === undefined) throw proofFailed();
    await attempt.succeed();
    const proved: Proved = { row: checked, proofs: ['password'] };
    return this.#known(await this.#sessions.renew(visit, proved, browser), checked);
  }

  async #check(
    attempt: Try,
    { row, password }: { readonly row: SignInRow | undefined; readonly password: string },
  ): Promise<SignInRow | undefined> {
    try {
      return await this.#passwords.check(row, password, attempt.asker);
    } catch (error) {
      // Nothing was guessed. Else a flood would have those who come again and again lock themselves out.
      await attempt.succeed();
      throw error;
    }
  }

  #known(begun: BegunSession, row: SignInRow): SignedIn {
    return { ...begun, known: this.#throttle.recognise(row) };
  }
}
