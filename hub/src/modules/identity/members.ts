// Who belongs to an organisation, and as what. Invariants: what ends here ends everywhere within a second, also what is
// under way; somebody who reaches the organisation administers it afterwards.
import { type Clock } from '@holdfast/kernel/clock';
import { newId, type Id } from '@holdfast/kernel/id';
import { type Epochs } from '@holdfast/platform/postgres/epochs';
import { type Db, type Tx } from '@holdfast/platform/postgres/database';
import {
  includesRole,
  operatorFields,
  referencesOf,
  type Actor,
  type Role,
  type UserActor,
} from '#modules/access';
import { record } from '#modules/ledger';
import { writeMail } from '#modules/mail';
import { memberMissing } from './faults.ts';
import { takenBody } from './taken-body.ts';
import { type Account } from './model.ts';
import { OwnerStore } from './owner-store.ts';
import { getOrg, getUser, holdGoverned, requireOwner } from './owners.ts';
import { AccountWriter } from './store.ts';

/** A user and an organisation, by name. */
export interface MemberName {
  readonly org: string;
  readonly user: string;
}

interface Scene {
  readonly tx: Tx;
  readonly writer: AccountWriter;
  readonly org: Account;
  readonly user: Account;
  /** Who administered the organisation before. */
  readonly owners: readonly Id[];
}

/** The members of organisations. */
export class Members {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #epochs: Epochs;

  constructor(deps: { db: Db; clock: Clock; epochs: Epochs }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#epochs = deps.epochs;
  }

  /**
   * Changes the role of a member. The operator also makes a user a member; who administers an organisation invites them.
   * Throws `account.missing`, `org.forbidden`, `account.proof-needed`, `org.member-missing`, `org.last-owner`.
   */
  async put(actor: Actor, wish: MemberName & { readonly role: Role }): Promise<void> {
    await this.#change(actor, wish, async ({ tx, writer, org, user, owners }) => {
      // Nobody is made a member without having agreed, but by who runs the hub.
      const isMember = await writer.isMember(org.id, user.id);
      if (actor.kind === 'user' && !isMember) throw memberMissing(user.name, org.name);
      await writer.putMembership(org.id, user.id, wish.role);
      await requireOwner(tx, org, owners);
      await this.#record(tx, actor, { kind: 'org.member-set', org, user, role: wish.role });
    });
  }

  /** Takes a user out of an organisation. Throws what `put` throws. */
  async remove(actor: Actor, wish: MemberName, takenAt?: Date): Promise<void> {
    await this.#change(actor, wish, async (scene) => await this.#remove(actor, scene, takenAt));
  }

  /** Takes a member's role down to this one, where theirs is more. Throws what `put` throws. */
  async lower(actor: Actor, wish: MemberName & { readonly role: Role }, takenAt: Date): Promise<void> {
    await this.#change(actor, wish, async ({ tx, writer, org, user, owners }) => {
      const before = await writer.holdRole(org.id, user.id);
      if (before === undefined || before === wish.role || !includesRole(before, wish.role)) return;
      await writer.putMembership(org.id, user.id, wish.role);
      await requireOwner(tx, org, owners);
      await this.#record(tx, actor, { kind: 'org.member-set', org, user, role: wish.role, takenAt });
    });
  }

  /** Has a user leave an organisation. Throws `account.missing`, `org.member-missing`, `org.last-owner`. */
  async leave(actor: UserActor, orgName: string): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      const org = await getOrg(writer, orgName);
      const owners = await new OwnerStore(tx).hold(org.id);
      await this.#remove(actor, { tx, writer, org, user: await getUser(writer, actor.name), owners });
    });
  }

  /**
   * Gives an organisation to one of its members: they administer it, and who gave it writes from then on. Throws what `put`
   * throws.
   */
  async transfer(actor: Actor, wish: MemberName): Promise<void> {
    await this.#change(actor, wish, async ({ tx, writer, org, user, owners }) => {
      const isMember = await writer.isMember(org.id, user.id);
      if (!isMember) throw memberMissing(user.name, org.name);
      await writer.putMembership(org.id, user.id, 'admin');
      await this.#record(tx, actor, { kind: 'org.member-set', org, user, role: 'admin' });
      if (actor.kind === 'user' && actor.userId !== user.id) {
        const giver = await getUser(writer, actor.name);
        await writer.putMembership(org.id, giver.id, 'write');
        await this.#record(tx, actor, { kind: 'org.member-set', org, user: giver, role: 'write' });
      }
      await requireOwner(tx, org, owners);
      await record(tx, {
        kind: 'org.transferred',
        subject: `account:${org.id}`,
        ...referencesOf(actor),
        body: { to: user.id },
        personal: operatorFields(actor),
      });
    });
  }

  async #change(actor: Actor, wish: MemberName, work: (scene: Scene) => Promise<void>): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const writer = new AccountWriter(tx);
      // Before the organisation, as everybody does. Whoever is made to administer it must not lose what that takes beside this.
      const named = await writer.findByName(wish.user);
      if (named?.kind === 'user') await writer.holdSignIn(named.id);
      const org = await holdGoverned(tx, actor, { name: wish.org, now: this.#clock.now() });
      const owners = await new OwnerStore(tx).listOwners(org.id);
      await work({ tx, writer, org, user: await getUser(writer, wish.user), owners });
    });
  }

  async #remove(actor: Actor, { tx, writer, org, user, owners }: Scene, takenAt?: Date): Promise<void> {
    if (!(await writer.removeMembership(org.id, user.id))) throw memberMissing(user.name, org.name);
    await requireOwner(tx, org, owners);
    await this.#record(tx, actor, { kind: 'org.member-removed', org, user, role: null, takenAt });
  }

  async #record(
    tx: Tx,
    actor: Actor,
    act: { kind: string; org: Account; user: Account; role: Role | null; takenAt?: Date | undefined },
  ): Promise<void> {
    const at = this.#clock.now();
    const { kind, org, user, role, takenAt } = act;
    const facts = { kind: 'role-changed', organization: org.name, role } as const;
    await writeMail(tx, { event: `role.changed:${newId(at)}`, recipientId: user.id, facts, at });
    await this.#epochs.advance(tx, 'identity');
    const body = { user: user.id, ...(role !== null && { role }), ...takenBody(takenAt) };
    await record(tx, {
      ...{ kind, subject: `account:${org.id}`, ...referencesOf(actor) },
      ...{ body, personal: operatorFields(actor) },
    });
  }
}
