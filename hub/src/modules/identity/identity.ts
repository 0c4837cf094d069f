// Makes, lists and disables users and organisations.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { isMailAddress } from '@holdfast/kernel/mail-address';
import { type Page } from '@holdfast/kernel/page';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  isFreshlyProved,
  mayInstance,
  mayOversee,
  operatorFields,
  referencesOf,
  type Actor,
} from '#modules/access';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import {
  accountsForbidden,
  emailInvalid,
  lastAdministrator,
  nameInvalid,
  nameReserved,
  proofNeeded,
} from './faults.ts';
import { isNamespaceName, isReservedName, type Account, type Membership } from './model.ts';
import { digestPassword, randomPassword } from './password.ts';
import { holdOwnerless, recordOwnerless } from './ownerless.ts';
import { getUser } from './owners.ts';
import { AccountReader, AccountWriter, type Member } from './store.ts';
import { takenBody } from './taken-body.ts';

/** What a new user is called. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly administrator: boolean;
  readonly password?: string;
}

/** The accounts of the instance. */
export class Identity {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
  }

  /** Makes a user. Throws `account.forbidden`, `.name-invalid`, `.name-reserved`, `.name-taken`, `.email-invalid`, `.email-taken`. */
  async createUser(actor: Actor, wish: NewUser): Promise<Account> {
    requireInstance(actor);
    // The system names the first administrator `admin`; nobody else may take a reserved name.
    requireName(wish.name, actor.kind === 'system');
    if (!isMailAddress(wish.email)) throw emailInvalid();
    const password = wish.password === undefined ? null : await digestPassword(wish.password);
    return await this.#db.transaction(async (tx) => {
      const account = this.#newAccount({ kind: 'user', ...wish });
      await new AccountWriter(tx).insert(account, password);
      await record(tx, {
        kind: 'account.created',
        subject: `account:${account.id}`,
        ...referencesOf(actor),
        body: { type: 'user', administrator: wish.administrator },
        personal: { name: wish.name, email: wish.email, ...operatorFields(actor) },
      });
      return account;
    });
  }

  /** Makes an organisation with one administrator. */
  async createOrg(actor: Actor, wish: { name: string; owner: string }): Promise<Account> {
    requireInstance(actor);
    requireName(wish.name, false);
    return await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const owner = await getUser(writer, wish.owner);
      await writer.holdSignIn(owner.id);
      const account = this.#newAccount({ kind: 'org', name: wish.name, email: null, administrator: false });
      await writer.insert(account, null);
      await writer.putMembership(account.id, owner.id, 'admin');
      await this.#epochs.advance(tx, 'identity');
      await record(tx, {
        kind: 'org.created',
        subject: `account:${account.id}`,
        ...referencesOf(actor),
        body: { type: 'org', owner: owner.id },
        personal: { name: wish.name, ...operatorFields(actor) },
      });
      return account;
    });
  }

  /**
   * Disables a user: their tokens stop working within a second. Their repositories stay. `takenAt`: when it was taken, while
   * the database was away. Gives the names of the organisations that nobody administers any more, until who runs the hub says who
   * does. Throws `account.forbidden`, `.proof-needed`, `.missing`, `.last-administrator`.
   */
  async disableUser(actor: Actor, name: string, takenAt?: Date): Promise<string[]> {
    this.#requireOversight(actor);
    return await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const user = await getUser(writer, name);
      // Taken, and done by an answer that came late: once is enough.
      if (takenAt !== undefined && user.disabledAt !== null) return [];
      if (user.administrator && (await writer.lockAdministrators()) <= 1) throw lastAdministrator();
      await writer.setDisabled(user.id, this.#clock.now());
      // Enabled again, they sign in again: a session that somebody stole meanwhile must not come back to life.
      await writer.signOut(user.id, this.#clock.now());
      const ownerless = user.disabledAt === null ? await holdOwnerless(tx, user.id) : [];
      await this.#epochs.advance(tx, 'identity');
      await this.#recordAct(tx, actor, { kind: 'account.disabled', account: user, body: takenBody(takenAt) });
      return await recordOwnerless(tx, actor, ownerless);
    });
  }

  /** Ends all sessions of a user. */
  async signOutUser(actor: Actor, name: string, takenAt?: Date): Promise<void> {
    requireInstance(actor);
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const user = await getUser(writer, name);
      await writer.holdToEnd(user.id);
      await writer.signOut(user.id, this.#clock.now());
      await this.#epochs.advance(tx, 'identity');
      await this.#recordAct(tx, actor, {
        kind: 'account.signed-out',
        account: user,
        body: takenBody(takenAt),
      });
    });
  }

  /** Lets a disabled user in again, with the tokens they had that are neither expired nor revoked. */
  async enableUser(actor: Actor, name: string): Promise<void> {
    this.#requireOversight(actor);
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const user = await getUser(writer, name);
      await writer.setDisabled(user.id, null);
      await this.#epochs.advance(tx, 'identity');
      await this.#recordAct(tx, actor, { kind: 'account.enabled', account: user });
    });
  }

  /** Makes a user an administrator of the instance, or no longer one. Throws `account.last-administrator`. */
  async setAdministrator(actor: Actor, name: string, administrator: boolean): Promise<void> {
    await this.#setAdministrator(actor, { name, administrator });
  }

  /** Makes an administrator an ordinary user. Throws `account.last-administrator`. */
  async demote(actor: Actor, name: string, takenAt?: Date): Promise<void> {
    await this.#setAdministrator(actor, { name, administrator: false, takenAt });
  }

  async #setAdministrator(
    actor: Actor,
    { name, administrator, takenAt }: { name: string; administrator: boolean; takenAt?: Date | undefined },
  ): Promise<void> {
    requireInstance(actor);
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const user = await getUser(writer, name);
      if (takenAt !== undefined && !user.administrator) return;
      const ends = user.administrator && !administrator && user.disabledAt === null;
      if (ends && (await writer.lockAdministrators()) <= 1) throw lastAdministrator();
      await writer.setAdministrator(user.id, administrator);
      // A session never changes what it may do: whoever holds one that was stolen must not become an administrator.
      await writer.signOut(user.id, this.#clock.now());
      await this.#epochs.advance(tx, 'identity');
      if (user.administrator !== administrator) await this.#tellOfRole(tx, user.id, administrator);
      await this.#recordAct(tx, actor, {
        kind: 'account.administrator-set',
        account: user,
        body: { administrator, ...takenBody(takenAt) },
      });
    });
  }

  /** Gives a user a new random password and returns it once. */
  async resetPassword(actor: Actor, name: string): Promise<string> {
    const password = randomPassword();
    await this.setPassword(actor, name, password);
    return password;
  }

  /** Gives a user this password. */
  async setPassword(actor: Actor, name: string, password: string): Promise<void> {
    requireInstance(actor);
    const digest = await digestPassword(password);
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const user = await getUser(writer, name);
      await writer.setPassword(user.id, digest);
      await writer.signOut(user.id, this.#clock.now());
      await this.#epochs.advance(tx, 'identity');
      await this.#recordAct(tx, actor, { kind: 'account.password-reset', account: user });
    });
  }

  /** Accounts of one kind, for who administers the instance. */
  async listAccounts(actor: Actor, kind: 'user' | 'org'): Promise<Account[]> {
    requireInstance(actor);
    return await new AccountReader(this.#db).listAccounts(kind);
  }

  /** Whether nobody administers the instance yet, as before the first start. */
  async hasNoAdministrator(): Promise<boolean> {
    return (await new AccountReader(this.#db).countAdministrators()) === 0;
  }

  /** The account that has this name now. */
  async findByName(name: string): Promise<Account | undefined> {
    return isNamespaceName(name) ? await new AccountReader(this.#db).findByName(name) : undefined;
  }

  async findById(id: Id): Promise<Account | undefined> {
    return await new AccountReader(this.#db).findById(id);
  }

  async listMemberships(userId: Id): Promise<Membership[]> {
    return await new AccountReader(this.#db).listMemberships(userId);
  }

  /** One page of the members of an organisation. */
  async listMembers(orgId: Id, page: { after: string; limit: number }): Promise<Page<Member>> {
    return await new AccountReader(this.#db).listMembers(orgId, page.after, page.limit);
  }

  /** How many members an organisation has. */
  async countMembers(orgId: Id): Promise<number> {
    return await new AccountReader(this.#db).countMembers(orgId);
  }

  // Shutting somebody out outlasts the session of who does it: a browser left open is not enough.
  #requireOversight(actor: Actor): void {
    if (!mayOversee(actor).allowed) throw accountsForbidden();
    if (!isFreshlyProved(actor, this.#clock.now())) throw proofNeeded();
  }

  async #tellOfRole(tx: Tx, recipientId: Id, administrator: boolean): Promise<void> {
    const at = this.#clock.now();
    const facts = { kind: 'administrator-changed', administrator } as const;
    await writeMail(tx, { event: `administrator.changed:${newId(at)}`, recipientId, facts, at });
  }

  #newAccount(wish: Pick<Account, 'kind' | 'name' | 'email' | 'administrator'>): Account {
    const now = this.#clock.now();
    const { kind, name, email, administrator } = wish;
    return {
      id: newId(now),
      kind,
      name,
      fullname: name,
      email,
      administrator,
      createdAt: now,
      disabledAt: null,
    };
  }

  async #recordAct(
    tx: Tx,
    actor: Actor,
    act: { kind: string; account: Account; body?: object },
  ): Promise<void> {
    await record(tx, {
      kind: act.kind,
      subject: `account:${act.account.id}`,
      ...referencesOf(actor),
      body: { ...act.body },
      personal: operatorFields(actor),
    });
  }
}

function requireInstance(actor: Actor): void {
  if (!mayInstance(actor).allowed) throw accountsForbidden();
}

function requireName(name: string, reservedAllowed: boolean): void {
  if (!isNamespaceName(name)) throw nameInvalid(name);
  if (!reservedAllowed && isReservedName(name)) throw nameReserved(name);
}
