// Invites people, and lets them in.
import { randomBytes } from 'node:crypto';
import { type Clock } from '@holdfast/kernel/clock';
import { sha256, type Sha256 } from '@holdfast/kernel/digest';
import { newId, type Id } from '@holdfast/kernel/id';
import { isMailAddress } from '@holdfast/kernel/mail-address';
import { Secret } from '@holdfast/kernel/secret';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  isFreshlyProved,
  mayInvite,
  operatorFields,
  referencesOf,
  type Actor,
  type Role,
  type UserActor,
} from '#modules/access';
import { record } from '#modules/ledger';
import {
  accountMissing,
  emailInvalid,
  invitationForbidden,
  invitationMissing,
  invitationOfMember,
  proofNeeded,
  signUpClosed,
} from './faults.ts';
import {
  type Invitation,
  InvitationReader,
  type InvitationsWanted,
  InvitationWriter,
} from './invitation-store.ts';
import { type Account } from './model.ts';
import { type Newcomer, type NewcomerWish, type Newcomers } from './newcomers.ts';
import { AccountReader, AccountWriter } from './store.ts';

/** Who may have an account: who was invited, everybody, or whom the operator's issuer knows. */
export type SignUpPolicy = 'invitation' | 'open' | 'single-sign-on';

/** Whom to invite, and to which organisation. */
export interface InvitationWish {
  readonly email: string;
  readonly org?: { readonly name: string; readonly role: Role };
}

const MOST_LISTED = 500;
const LASTS_MS = 7 * 86_400_000;
const TEXT = /^[A-Za-z0-9_-]{43}$/;

/** The invitations of the instance. */
export class Invitations {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;
  readonly #newcomers: Newcomers;
  readonly policy: SignUpPolicy;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs; newcomers: Newcomers; policy: SignUpPolicy }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
    this.#newcomers = deps.newcomers;
    this.policy = deps.policy;
  }

  /**
   * Invites somebody for a week. The text is returned once and never stored. Throws `invitation.forbidden`,
   * `account.proof-needed`, `account.email-invalid`, `account.missing`.
   */
  async invite(actor: Actor, wish: InvitationWish): Promise<{ id: Id; text: Secret<string> }> {
    if (!isMailAddress(wish.email)) throw emailInvalid();
    const org = wish.org && (await new AccountReader(this.#db).findByName(wish.org.name));
    const isOrg = org?.kind === 'org';
    if (!mayInvite(actor, isOrg ? org.id : null).allowed) throw invitationForbidden();
    if (wish.org !== undefined && !isOrg) throw accountMissing(wish.org.name);
    const now = this.#clock.now();
    if (!isFreshlyProved(actor, now)) throw proofNeeded();
    const text = new Secret(randomBytes(32).toString('base64url'));
    const id = newId(now);
    await this.#db.transaction(async (tx) => {
      await new InvitationWriter(tx).insert({
        id,
        digest: digestText(text.reveal('to store its digest')) as Sha256,
        email: wish.email,
        orgId: org?.id ?? null,
        role: wish.org?.role ?? null,
        inviterId: actor.kind === 'user' ? actor.userId : null,
        createdAt: now,
        expiresAt: new Date(now.getTime() + LASTS_MS),
        revokedAt: null,
        asked: null,
      });
      await record(tx, {
        kind: 'account.invited',
        subject: org === undefined ? 'instance' : `account:${org.id}`,
        ...referencesOf(actor),
        body: { invitation: id, role: wish.org?.role ?? null },
        personal: { email: wish.email, ...operatorFields(actor) },
      });
    });
    return { id, text };
  }

  /**
   * The open invitations that the actor may revoke: their own, those to organisations that they administer, whoever made them, or for an
   * administrator all. Who lets somebody in beside an owner would else be seen by nobody who can end it. The newest are listed, and it is
   * said where there are more.
   */
  async list(actor: UserActor): Promise<{ readonly items: Invitation[]; readonly isCut: boolean }> {
    const found = await this.#listOpen(actor, { most: MOST_LISTED + 1 });
    return { items: found.slice(0, MOST_LISTED), isCut: found.length > MOST_LISTED };
  }

  async #listOpen(actor: UserActor, wanted: Omit<InvitationsWanted, 'of'>): Promise<Invitation[]> {
    const orgIds = [...actor.memberships.keys()].filter((orgId) => mayInvite(actor, orgId).allowed);
    const of = mayInvite(actor, null).allowed ? undefined : { inviterId: actor.userId, orgIds };
    return await new InvitationReader(this.#db).listOpen(this.#clock.now(), { ...wanted, of });
  }

  /** Revokes an invitation of those that `list` is about. Throws `invitation.missing`. */
  async revoke(actor: UserActor, id: Id): Promise<void> {
    if ((await this.#listOpen(actor, { id, most: 1 })).length === 0) throw invitationMissing();
    await this.#db.transaction(async (tx) => {
      if (!(await new InvitationWriter(tx).revoke(id, this.#clock.now()))) throw invitationMissing();
      await record(tx, {
        kind: 'account.invitation-revoked',
        subject: 'instance',
        ...referencesOf(actor),
        body: { invitation: id },
      });
    });
  }

  /** The open invitation with this text. Throws `invitation.missing`. */
  async get(text: string): Promise<Invitation> {
    const digest = digestText(text);
    const found = digest && (await new InvitationReader(this.#db).findOpen(digest, this.#clock.now()));
    if (found === undefined || !this.#admits(found)) throw invitationMissing();
    return found;
  }

  /**
   * Makes the account of who was invited. Throws `invitation.missing`, `account.sign-up-closed` where people come by single
   * sign-on alone, and what making an account throws.
   */
  async accept(text: string, wish: Omit<NewcomerWish, 'email'>): Promise<Account> {
    const { email } = await this.get(text);
    if (this.policy === 'single-sign-on') throw signUpClosed();
    const newcomer = await this.#newcomers.prepare({ ...wish, email });
    return await this.#db.transaction((tx) => this.admit(tx, text, newcomer));
  }

  /** The same for a newcomer who was looked at, in the transaction of who knows them. Throws `invitation.missing`. */
  async admit(tx: Tx, text: string, newcomer: Newcomer): Promise<Account> {
    const invitation = await this.#use(tx, text);
    const account = await this.#newcomers.insert(tx, newcomer, { invitation: invitation.id });
    await this.#join(tx, account, invitation);
    return account;
  }

  /** Takes somebody who has an account into the organisation of an invitation. Throws `invitation.missing`, `invitation.of-member`. */
  async join(actor: UserActor, text: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const invitation = await this.#use(tx, text);
      if (invitation.org === null) throw invitationMissing();
      const account = await new AccountReader(tx).findById(actor.userId);
      if (account === undefined) throw invitationMissing();
      await this.#join(tx, account, invitation);
    });
  }

  // Who invited themselves while the hub was open has no invitation to one that is not.
  #admits({ asked }: Invitation): boolean {
    return !asked || this.policy === 'open';
  }

  async #use(tx: Tx, text: string): Promise<Invitation> {
    const now = this.#clock.now();
    const digest = digestText(text);
    const writer = new InvitationWriter(tx);
    const invitation = digest && (await writer.findOpen(digest, now));
    if (invitation === undefined || !this.#admits(invitation)) throw invitationMissing();
    if (!(await writer.use(invitation.id, now))) throw invitationMissing();
    return invitation;
  }

  async #join(tx: Tx, account: Account, { id, org }: Invitation): Promise<void> {
    if (org === null) return;
    const writer = new AccountWriter(tx);
    // Whoever is made to administer it must not lose what that takes beside this, unseen.
    await writer.holdSignIn(account.id);
    if (!(await writer.addMembership(org.id, account.id, org.role))) throw invitationOfMember();
    await this.#epochs.advance(tx, 'identity');
    await record(tx, {
      kind: 'org.member-joined',
      subject: `account:${org.id}`,
      actor: `user:${account.id}`,
      credential: '',
      body: { user: account.id, role: org.role, invitation: id },
    });
  }
}

/** What is kept of the text of a link; `undefined` where it cannot be one. */
export function digestText(text: string): Sha256 | undefined {
  return TEXT.test(text) ? sha256(`holdfast-invitation/${text}`) : undefined;
}
