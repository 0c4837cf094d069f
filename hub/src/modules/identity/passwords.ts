// Passwords as users have them: checked at a sign-in, changed by their owner.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { Gate } from '@holdfast/platform/gate';
import { type Db } from '@holdfast/platform/postgres/database';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { isFreshlyProved, mayCredentials, referencesOf, type Actor } from '#modules/access';
import { record } from '#modules/ledger';
import { accountMissing, credentialsForbidden, passwordsBusy, passwordWeak, proofNeeded } from './faults.ts';
import { isPasswordAcceptable } from './model.ts';
import { digestPassword, isOutdated, matchesPassword } from './password.ts';
import { AccountReader, AccountWriter, type SignInRow } from './store.ts';

/**
 * Passwords digested at once, of strangers and of whoever the hub knows: each takes a thread of four and 19 MiB, and files
 * are read by those threads, too.
 */
const AT_ONCE = 1;
/** More than so many would wait for seconds. */
const MOST_WAITING = 64;

/** Who has a password checked: somebody who is signed in, or was with this browser; or anybody. */
export type Asker = 'known' | 'stranger';

/** The passwords of the instance's users. */
export class Passwords {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  // A flood of strangers must not keep owners out of their accounts: who is known does not wait behind them.
  readonly #gates: Readonly<Record<Asker, Gate>> = {
    known: new Gate(AT_ONCE, { most: MOST_WAITING, refuse: passwordsBusy }),
    stranger: new Gate(AT_ONCE, { most: MOST_WAITING, refuse: passwordsBusy }),
  };

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
  }

  /** Who has this name or mail address. */
  async find(nameOrEmail: string): Promise<SignInRow | undefined> {
    return await new AccountReader(this.#db).findSignIn(nameOrEmail);
  }

  /**
   * The account that may sign in with this password, as it was checked, or nobody. Nobody, no password, a disabled account
   * and a wrong password take the same time. A digest with outdated parameters is made anew. Throws
   * `account.passwords-busy`.
   */
  async check(row: SignInRow | undefined, password: string, asker: Asker): Promise<SignInRow | undefined> {
    const digest = row?.account.disabledAt === null ? row.password : null;
    const matches = await this.#gates[asker].pass(() => matchesPassword(password, digest));
    if (!matches || row === undefined) return undefined;
    if (digest === null || !isOutdated(digest)) return row;
    return { ...row, password: await this.#renew(row.account.id, digest, password) };
  }

  /**
   * Gives a user another password and ends all their sessions. Throws `account.credentials-forbidden`, `.proof-needed`,
   * `.password-weak`, `.passwords-busy`.
   */
  async change(actor: Actor, userId: Id, password: string): Promise<void> {
    if (!mayCredentials(actor, userId).allowed) throw credentialsForbidden();
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
    const row = await new AccountReader(this.#db).findSignInById(userId);
    if (row?.account.kind !== 'user') throw accountMissing(userId);
    if (!isPasswordAcceptable(password, row.account)) throw passwordWeak();
    const digest = await this.#gates.known.pass(() => digestPassword(password));
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      await writer.setPassword(userId, digest);
      // Whoever changes a password may do so because somebody else knows it.
      await writer.signOut(userId, this.#clock.now());
      // What another hub has cached of them is out of date as well.
      await this.#epochs.advance(tx, 'identity');
      await record(tx, {
        kind: 'account.password-changed',
        subject: `account:${userId}`,
        ...referencesOf(actor),
        body: {},
      });
    });
  }

  async #renew(userId: Id, before: string, password: string): Promise<string> {
    const digest = await this.#gates.known.pass(() => digestPassword(password));
    // Not when it was changed meanwhile: the old password must not come back.
    const renewed = await this.#db.transaction((tx) =>
      new AccountWriter(tx).renewPassword(userId, before, digest),
    );
    return renewed ? digest : before;
  }
}
