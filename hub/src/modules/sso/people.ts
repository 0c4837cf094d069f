// Who somebody that signed on is here: finds or makes their account, and has their memberships follow their groups. All in
// one transaction.
import { type Clock } from '@holdfast/kernel/clock';
import { type Id } from '@holdfast/kernel/id';
import { isMailAddress } from '@holdfast/kernel/mail-address';
import { type Keys } from '@holdfast/platform/keys';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Tx } from '@holdfast/platform/postgres/database';
import {
  AccountReader,
  changeMembership,
  holdMemberships,
  holdOrgs,
  pickFreeName,
  type Account,
  type Invitations,
  type Newcomers,
  type SignUpPolicy,
} from '#modules/identity';
import { record, type Entry } from '#modules/ledger';
import { ssoEmailMissing, ssoEmailTaken, ssoNotInvited, ssoTaken, ssoUnconnected } from './faults.ts';
import { namesFor, rolesOf, type Claims, type GroupRole } from './model.ts';
import { LinkWriter } from './store.ts';

/** What it needs. */
export interface PeopleDeps {
  readonly clock: Clock;
  readonly keys: Keys;
  readonly epochs: Epochs;
  readonly newcomers: Newcomers;
  readonly invitations: Invitations;
  readonly policy: SignUpPolicy;
  readonly groups: readonly GroupRole[];
}

const SEALED_AT_ONCE = 200;

/** People who signed on. */
export class People {
  readonly #deps: PeopleDeps;

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  /**
   * The user who signed on; an account is made where the policy or an invitation allows it. Throws `sso.not-invited`,
   * `sso.email-taken`, `sso.email-missing`, and what an invitation throws.
   */
  async admit(tx: Tx, claims: Claims, invitation: string | undefined): Promise<Id> {
    const known = await new LinkWriter(tx, this.#deps.keys).findUser(claims);
    if (known !== undefined) return known;
    const userId = await this.#find(tx, claims, invitation);
    await this.connect(tx, claims, userId);
    return userId;
  }

  /** Has the issuer's name stand for a user from now on. Throws `sso.taken`. */
  async connect(tx: Tx, claims: Claims, userId: Id): Promise<void> {
    const writer = new LinkWriter(tx, this.#deps.keys);
    if ((await writer.findUser(claims)) === userId) return;
    if (!(await writer.insert(claims, userId, this.#deps.clock.now()))) throw ssoTaken();
    await record(tx, {
      kind: 'account.sign-on-connected',
      subject: `account:${userId}`,
      actor: `user:${userId}`,
      credential: '',
      body: { issuer: claims.issuer },
      personal: { subject: claims.subject },
    });
  }

  /**
   * Seals links from before there were seals, some at a time; gives whether there are more. Each is an entry: whoever could add to
   * them is seen. So is one that ends here, because its name or user has another by now. Of two hubs that begin at once both wait
   * until none is left: who is not found would be taken for somebody new.
   */
  async sealBefore(tx: Tx): Promise<boolean> {
    const writer = new LinkWriter(tx, this.#deps.keys);
    const taken = await writer.takeUnsealed(SEALED_AT_ONCE);
    for (const { userId, issuer, subject } of taken) {
      const isSealed = await writer.insert({ issuer, subject }, userId, this.#deps.clock.now());
      await record(tx, {
        kind: isSealed ? 'account.sign-on-sealed' : 'account.sign-on-disconnected',
        subject: `account:${userId}`,
        actor: 'system:sso',
        credential: '',
        body: { issuer },
        personal: { subject },
      });
    }
    return await writer.hasUnsealed();
  }

  /**
   * Has no name of the issuer's stand for a user any more. Memberships that groups gave end with it: nobody would take them
   * away later. Throws `sso.unconnected`.
   */
  async disconnect(tx: Tx, by: Pick<Entry, 'actor' | 'credential'>, userId: Id): Promise<void> {
    const { clock, epochs } = this.#deps;
    const writer = new LinkWriter(tx, this.#deps.keys);
    const removed = await writer.remove(userId);
    if (removed.length === 0) throw ssoUnconnected();
    await holdMemberships(tx, userId, await writer.listGiven(userId));
    // As it is now: one that somebody took away and gave by hand meanwhile is theirs.
    for (const orgId of await writer.listGiven(userId)) {
      const org = await new AccountReader(tx).findById(orgId);
      // The last administrator stays one, as a decision that somebody else may change.
      if (org !== undefined) await changeMembership(tx, { clock, epochs }, { org, userId, role: null });
      await writer.mark(userId, orgId, false);
    }
    for (const { issuer, subject } of removed)
      await record(tx, {
        kind: 'account.sign-on-disconnected',
        subject: `account:${userId}`,
        ...by,
        body: { issuer },
        personal: { subject },
      });
  }

  /**
   * Has memberships follow the groups. What somebody else decided stays, but for a role that a group names. A role that groups gave
   * ends as well where the configuration no longer names the organisation: nobody would take it away later.
   */
  async follow(tx: Tx, claims: Claims, userId: Id): Promise<void> {
    const { clock, epochs } = this.#deps;
    const reader = new AccountReader(tx);
    // Who is refused is given nothing that would wait for the day on which they are let in again.
    if ((await reader.findById(userId))?.disabledAt !== null) return;
    const writer = new LinkWriter(tx, this.#deps.keys);
    const given = await writer.listGiven(userId);
    const mapped = await this.#mapped(reader);
    const roles = rolesOf(claims.groups, mapped);
    const named = new Set([...mapped.map(({ organization }) => organization), ...given]);
    const concerned = [...named].filter((orgId) => roles.has(orgId) || given.includes(orgId));
    await holdMemberships(tx, userId, concerned);
    // As it is now: one that somebody took away and gave by hand meanwhile is theirs.
    const stillGiven = await writer.listGiven(userId);
    for (const orgId of concerned) {
      const role = roles.get(orgId) ?? null;
      if (role === null && !stillGiven.includes(orgId)) continue;
      const org = await reader.findById(orgId);
      if (org === undefined) continue;
      // The last administrator stays one: an organisation without could be mended by the operator alone.
      if (await changeMembership(tx, { clock, epochs }, { org, userId, role }))
        await writer.mark(userId, org.id, role !== null);
    }
  }

  // By the ids of organisations. One that was renamed is found by the name that the configuration has for it, as nobody else gets that.
  async #mapped(reader: AccountReader): Promise<GroupRole<Id>[]> {
    const ids = new Map<string, Id>();
    for (const name of new Set(this.#deps.groups.map(({ organization }) => organization))) {
      const org = await reader.findByName(await reader.presentName(name));
      if (org?.kind === 'org') ids.set(name, org.id);
    }
    return this.#deps.groups.flatMap((one) => {
      const organization = ids.get(one.organization);
      return organization === undefined ? [] : [{ ...one, organization }];
    });
  }

  async #find(tx: Tx, claims: Claims, invitation: string | undefined): Promise<Id> {
    const { policy, invitations, newcomers } = this.#deps;
    if (invitation !== undefined) {
      const { email, org } = await invitations.get(invitation);
      // That they joined is told at once, and what follows from their groups after it.
      const mapped = await this.#mapped(new AccountReader(tx));
      const follows = rolesOf(claims.groups, mapped).keys();
      await holdOrgs(tx, [...(org === null ? [] : [org.id]), ...follows]);
      const newcomer = newcomers.prepareKnown({ name: await pickFreeName(tx, namesFor(claims)), email });
      return (await invitations.admit(tx, invitation, newcomer)).id;
    }
    if (policy === 'invitation') throw ssoNotInvited();
    const { email } = claims;
    // Accounts are found by name as well, and an issuer whose people choose what it calls their address could name somebody's.
    if (email === null || !isMailAddress(email)) throw ssoEmailMissing();
    const holder = await new AccountReader(tx).findSignIn(email);
    if (holder !== undefined) return this.#takeOver(holder.account, claims);
    const newcomer = newcomers.prepareKnown({ name: await pickFreeName(tx, namesFor(claims)), email });
    return (await newcomers.insert(tx, newcomer, { issuer: claims.issuer })).id;
  }

  // Where the issuer alone lets people in, an account that the operator made for an address is its owner's. Where people make
  // accounts by themselves it is not: whoever took somebody's address before they came would share their account with them.
  // Nor does an address make an administrator.
  #takeOver(account: Account, { emailVerified }: Claims): Id {
    const mine = this.#deps.policy === 'single-sign-on' && emailVerified && !account.administrator;
    if (!mine || account.disabledAt !== null) throw ssoEmailTaken();
    return account.id;
  }
}
