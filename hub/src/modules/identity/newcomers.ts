// Makes the accounts of people who come by themselves: with an invitation, or where everybody may.
import { type Clock } from '@holdfast/kernel/clock';
import { newId } from '@holdfast/kernel/id';
import { isMailAddress } from '@holdfast/kernel/mail-address';
import { type Json } from '@holdfast/kernel/canonical-json';
import { type Tx } from '@holdfast/platform/postgres/database';
import { record } from '#modules/ledger';
import { emailInvalid, nameInvalid, nameReserved, passwordWeak } from './faults.ts';
import { isNamespaceName, isPasswordAcceptable, isReservedName, type Account } from './model.ts';
import { digestPassword } from './password.ts';
import { AccountWriter } from './store.ts';

/** Who somebody wants to be. */
export interface NewcomerWish {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** A newcomer whose wishes were looked at. */
export interface Newcomer {
  readonly account: Account;
  /** The password's digest; `null` for who signs on elsewhere. */
  readonly password: string | null;
}

/** Makes newcomers' accounts. */
export class Newcomers {
  readonly #clock: Clock;

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock;
  }

  /** Looks at the wishes. Throws `account.name-invalid`, `.name-reserved`, `.email-invalid`, `.password-weak`. */
  async prepare({ name, email, password }: NewcomerWish): Promise<Newcomer> {
    const { account } = this.prepareKnown({ name, email });
    if (!isPasswordAcceptable(password, { name, email })) throw passwordWeak();
    return { account, password: await digestPassword(password) };
  }

  /** The same for who signs on elsewhere, and needs no password. */
  prepareKnown({ name, email }: Omit<NewcomerWish, 'password'>): Newcomer {
    if (!isNamespaceName(name)) throw nameInvalid(name.slice(0, 100));
    if (isReservedName(name)) throw nameReserved(name);
    if (!isMailAddress(email)) throw emailInvalid();
    const now = this.#clock.now();
    const account: Account = {
      id: newId(now),
      kind: 'user',
      name,
      fullname: name,
      email,
      administrator: false,
      createdAt: now,
      disabledAt: null,
    };
    return { account, password: null };
  }

  /** Makes the account. Throws `account.name-taken`, `account.email-taken`. */
  async insert(tx: Tx, { account, password }: Newcomer, how: Record<string, Json>): Promise<Account> {
    await new AccountWriter(tx).insert(account, password);
    await record(tx, {
      kind: 'account.created',
      subject: `account:${account.id}`,
      actor: `user:${account.id}`,
      credential: '',
      body: { type: 'user', administrator: false, ...how },
      personal: { name: account.name, email: account.email ?? '' },
    });
    return account;
  }
}
